#include "io/codec/bzip2_source.h"

#include <bzlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "io/codec/decoded_source.h"
#include "io/codec/frames.h"
#include "io/memory/memory_bound.h"

namespace gophercap::io {
namespace {

constexpr std::array kMagics = {&kBzip2Magic};
constexpr FrameFormat kFormat{"bzip2", kMagics};

Error error_of(int status) {
  if (status == BZ_MEM_ERROR) return no_memory_error(kFormat.name);
  return corrupt_error(kFormat.name, "is damaged");
}

// Not movable, because libbz2 keeps the address of its stream.
class Bzip2Decoder {
 public:
  Bzip2Decoder() = default;
  ~Bzip2Decoder() { end_stream(); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;

  Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    if (!in_stream_) {
      TRY(const Next next, begin_stream(in));
      if (next == Next::kEnd) return Decoding::kEnd;
    }
    constexpr size_t kMostAtOnce = size_t{1} << 30;  // libbz2 counts in 32 bits
    const std::span<uint8_t> bytes = in.bytes();
    const size_t room = std::min(out.size(), kMostAtOnce);
    stream_.next_in = static_cast<char*>(static_cast<void*>(bytes.data()));
    stream_.avail_in = static_cast<unsigned>(bytes.size());
    stream_.next_out = static_cast<char*>(static_cast<void*>(out.data()));
    stream_.avail_out = static_cast<unsigned>(room);
    const int status = BZ2_bzDecompress(&stream_);
    produced = room - stream_.avail_out;
    in.advance(static_cast<ptrdiff_t>(bytes.size() - stream_.avail_in));
    if (status == BZ_STREAM_END) {
      end_stream();
    } else if (status != BZ_OK) {
      return error_of(status);
    } else if (produced == 0 && in.bytes().empty()) {
      TRY(const bool more, in.refill());
      if (!more) return truncated_error(kFormat.name);
    }
    return Decoding::kMore;
  }

 private:
  Result<Next> begin_stream(InputBlock& in) {
    TRY(const Next next, next_frame(in, kFormat, first_));
    if (next == Next::kEnd) return Next::kEnd;
    // Four bytes for each byte of a block, whose size the magic gives, plus tables.
    constexpr uint64_t kTables = uint64_t{160} << 10;
    const auto hundreds = static_cast<uint64_t>(in.bytes()[3] & 0x0f);
    TRY_VOID(memory_.grow(hundreds * 400'000 + kTables + MemoryBound::kBuffers, kFormat.name));
    constexpr int kQuiet = 0;
    constexpr int kFast = 0;
    stream_ = bz_stream{};
    const int status = BZ2_bzDecompressInit(&stream_, kQuiet, kFast);
    if (status != BZ_OK) return error_of(status);
    in_stream_ = true;
    first_ = false;
    return Next::kFrame;
  }

  void end_stream() noexcept {
    if (in_stream_) BZ2_bzDecompressEnd(&stream_);
    in_stream_ = false;
  }

  MemoryShare memory_;
  bz_stream stream_{};
  bool in_stream_ = false;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<ByteSource> make_bzip2_source(std::unique_ptr<ByteSource> raw) {
  return std::make_unique<DecodedSource<Bzip2Decoder>>(std::move(raw));
}

}  // namespace gophercap::io
