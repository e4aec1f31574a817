// Opens the index of a tarball with arbitrary bytes.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "archive/index/archive_index.h"
#include "archive/index/indexed_member.h"
#include "base/fd.h"
#include "decode_fuzz.h"

namespace {

using gophercap::fuzz::require;

constexpr int kMostMembers = 64;

// SQLite opens files by name, and the name of a memfd cannot be resolved. So each process has one
// file, which is overwritten for each input.
class IndexFile {
 public:
  IndexFile() {
    fd_ = gophercap::Fd(::mkstemp(path_.data()));
    require(fd_.valid());
  }
  ~IndexFile() { ::unlink(path_.c_str()); }
  IndexFile(const IndexFile&) = delete;
  IndexFile& operator=(const IndexFile&) = delete;

  const std::string& write(const uint8_t* data, size_t size) {
    require(::ftruncate(fd_.value(), 0) == 0);
    require(::pwrite(fd_.value(), data, size, 0) == static_cast<ssize_t>(size));
    return path_;
  }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "gophercap-fuzz-XXXXXX").string();
  gophercap::Fd fd_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static IndexFile file;
  const auto index = gophercap::archive::ArchiveIndex::open(file.write(data, size));
  if (!index) return 0;
  int members = 0;
  const auto visited = (*index)->each_member([&](const gophercap::archive::IndexedMember& member) {
    require(member.extents.size() <= gophercap::archive::kMostExtents);
    for (const auto& extent : member.extents)
      require(extent.offset + extent.size_bytes <= member.size_bytes);
    return ++members < kMostMembers;
  });
  static_cast<void>(visited);
  static_cast<void>((*index)->find("set/c1.pcap"));
  uint64_t offset = 0;
  for (int i = 0; i < kMostMembers; ++i) {
    const auto checkpoint = (*index)->checkpoint_behind(offset);
    // Rows may be out of order, which the caller has to detect.
    if (!checkpoint || !*checkpoint || (**checkpoint).plain_offset <= offset) break;
    require((**checkpoint).window.size() <= gophercap::io::Checkpoint::kMostWindow);
    offset = (**checkpoint).plain_offset;
    static_cast<void>((*index)->checkpoint_for(offset));
    static_cast<void>((*index)->decoded_before(offset));
  }
  return 0;
}
