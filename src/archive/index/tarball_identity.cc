#include "archive/index/tarball_identity.h"

#include <xxhash.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/file/file_source.h"

namespace gophercap::archive {

Result<TarballIdentity> identify(const std::string& path) {
  constexpr size_t kHead = size_t{64} << 10;
  TRY(std::unique_ptr<io::FileSource> file, io::FileSource::open(path, nullptr));
  if (!file->facts().regular)
    return Error{Errc::kUnsupported, 0, path + ": is no regular file, so it has no index"};
  std::vector<uint8_t> head(
      static_cast<size_t>(std::min<uint64_t>(kHead, file->facts().size_bytes)));
  size_t filled = 0;
  while (filled < head.size()) {
    TRY(const size_t got, file->read(std::span(head).subspan(filled)));
    if (got == 0) break;
    filled += got;
  }
  return TarballIdentity{file->facts().size_bytes, file->facts().mtime_ns,
                         XXH3_64bits(head.data(), filled)};
}

}  // namespace gophercap::archive
