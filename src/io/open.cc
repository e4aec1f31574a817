#include "io/open.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "io/file_source.h"
#include "io/gzip_source.h"
#include "io/prefixed_source.h"

namespace gophercap::io {
namespace {

constexpr size_t kProbeSize = 6;

Result<std::vector<uint8_t>> read_front(ByteSource& source) {
  std::array<uint8_t, kProbeSize> bytes;
  size_t count = 0;
  while (count < bytes.size()) {
    Result<size_t> got = source.read(std::span(bytes).subspan(count));
    if (!got && count == 0) return got.error();
    if (!got || *got == 0) break;  // a fault behind some bytes comes again when they have been read
    count += *got;
  }
  return std::vector<uint8_t>(bytes.begin(), bytes.begin() + count);
}

std::unique_ptr<ByteSource> put_codec(Compression compression, std::unique_ptr<ByteSource> raw) {
  switch (compression) {
    case Compression::kNone:
      break;
    case Compression::kGzip:
      return make_gzip_source(std::move(raw));
    case Compression::kZstd:
    case Compression::kLz4:
    case Compression::kXz:
    case Compression::kBzip2:
      break;
  }
  return raw;
}

}  // namespace

std::string_view to_string(Compression compression) noexcept {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    case Compression::kLz4:
      return "lz4";
    case Compression::kXz:
      return "xz";
    case Compression::kBzip2:
      return "bzip2";
  }
  return "none";
}

Compression probe_compression(std::span<const uint8_t> first_bytes) noexcept {
  return first_bytes.size() >= 2 && first_bytes[0] == 0x1f && first_bytes[1] == 0x8b
             ? Compression::kGzip
             : Compression::kNone;
}

Result<Input> open_input(const std::string& path, FdCache* fds) {
  TRY(std::unique_ptr<FileSource> file, FileSource::open(path, fds));
  Input input;
  input.facts = file->facts();
  TRY(std::vector<uint8_t> front, read_front(*file));
  input.compression = probe_compression(front);
  std::unique_ptr<ByteSource> raw;
  if (input.facts.regular) {
    file->rewind();  // reading the first bytes twice costs less than a look at a prefix on each
                     // read
    raw = std::move(file);
  } else {
    raw = std::make_unique<PrefixedSource>(std::move(front), std::move(file));
  }
  input.source = put_codec(input.compression, std::move(raw));
  return input;
}

Result<Input> decode(std::unique_ptr<ByteSource> raw) {
  TRY(std::vector<uint8_t> front, read_front(*raw));
  Input input;
  input.compression = probe_compression(front);
  input.source = put_codec(input.compression,
                           std::make_unique<PrefixedSource>(std::move(front), std::move(raw)));
  return input;
}

}  // namespace gophercap::io
