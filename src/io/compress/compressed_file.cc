#include "io/compress/compressed_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "io/codec/zstd_header.h"
#include "io/compress/block_compressor.h"

namespace gophercap::io {
namespace {

// Reads bytes at an offset, as many as there are.
Result<size_t> read_at(int fd, uint64_t offset, std::span<uint8_t> out) {
  size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t count =
        ::pread(fd, out.data() + filled, out.size() - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "what was compressed before");
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  return filled;
}

// One frame.
struct Frame {
  uint64_t compressed_bytes = 0;
  uint64_t plain_bytes = 0;
  bool is_end = false;  // nothing may follow
};

// Returns nothing if there is no frame of ours, or it is cut off.
Result<std::optional<Frame>> gzip_frame(int fd, uint64_t offset) {
  std::array<uint8_t, kBgzfEnd.size()> front{};
  TRY(const size_t got, read_at(fd, offset, front));
  if (got < front.size()) return std::optional<Frame>();
  if (front == kBgzfEnd) return std::optional(Frame{front.size(), 0, true});
  constexpr size_t kFixed = kBgzfHeader.size() - 2;  // before the length
  if (!std::equal(front.begin(), front.begin() + kFixed, kBgzfHeader.begin()))
    return std::optional<Frame>();
  const uint64_t size = uint64_t{load_le16(front.data() + kFixed)} + 1;
  std::array<uint8_t, 4> plain{};
  if (size < front.size()) return std::optional<Frame>();
  TRY(const size_t end, read_at(fd, offset + size - plain.size(), plain));
  if (end < plain.size()) return std::optional<Frame>();
  return std::optional(Frame{size, load_le32(plain.data())});
}

Result<std::optional<Frame>> zstd_frame(int fd, uint64_t offset) {
  constexpr size_t kBlockHeader = 3;
  constexpr size_t kChecksum = 4;
  constexpr unsigned kRle = 1;
  std::array<uint8_t, ZstdHeader::kLongest> front{};
  TRY(const size_t got, read_at(fd, offset, front));
  const std::optional<ZstdHeader> header = read_zstd_header(std::span(front).first(got));
  if (!header || !header->content_bytes) return std::optional<Frame>();
  uint64_t size = header->size;
  bool last = false;
  while (!last) {
    std::array<uint8_t, kBlockHeader> block{};
    TRY(const size_t any, read_at(fd, offset + size, block));
    if (any < block.size()) return std::optional<Frame>();
    const uint32_t field = uint32_t{block[0]} | uint32_t{block[1]} << 8 | uint32_t{block[2]} << 16;
    last = (field & 1) != 0;
    size += kBlockHeader + ((field >> 1 & 3) == kRle ? 1 : field >> 3);
  }
  return std::optional(Frame{size + (header->checksum ? kChecksum : 0), *header->content_bytes});
}

}  // namespace

Result<bool> holds_compressed(int fd, Compression compression, uint64_t plain_bytes,
                              const std::stop_token& stop) {
  const off_t end = ::lseek(fd, 0, SEEK_END);
  if (end < 0) return errno_error(errno, "what was compressed before");
  const auto file_bytes = static_cast<uint64_t>(end);
  uint64_t offset = 0;
  uint64_t plain = 0;
  bool ended = false;
  while (offset < file_bytes && !ended) {
    if (stop.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    TRY(const std::optional<Frame> frame,
        compression == Compression::kGzip ? gzip_frame(fd, offset) : zstd_frame(fd, offset));
    if (!frame || frame->compressed_bytes > file_bytes - offset) return false;
    offset += frame->compressed_bytes;
    plain += frame->plain_bytes;
    ended = frame->is_end;
  }
  // gzip has an end mark. zstd has none, but even an empty file has a frame.
  return offset == file_bytes && plain == plain_bytes && offset > 0 &&
         (ended || compression == Compression::kZstd);
}

}  // namespace gophercap::io
