#include "io/xz_source.h"

#include <lzma.h>

#include <algorithm>
#include <array>
#include <utility>

#include "io/decoded_source.h"
#include "io/frames.h"

namespace gophercap::io {
namespace {

constexpr std::array kMagics = {&kXzMagic};
constexpr FrameFormat kFormat{"xz", kMagics, false};
constexpr uint64_t kMostMemory = uint64_t{1} << 30;

Error error_of(lzma_ret status) {
  switch (status) {
    case LZMA_MEM_ERROR:
      return no_memory_error(kFormat.name);
    case LZMA_MEMLIMIT_ERROR:
      return unsupported_error(kFormat.name, "needs more than 1 GiB of memory");
    case LZMA_OPTIONS_ERROR:
      return unsupported_error(kFormat.name, "uses an unknown option");
    default:
      return corrupt_error(kFormat.name, "is damaged");
  }
}

// LZMA_CONCATENATED would do for well-formed input, but can't tell garbage behind a stream from a
// cut one.
class XzDecoder {
 public:
  XzDecoder() = default;
  ~XzDecoder() { lzma_end(&stream_); }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;

  Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    if (between_streams_) {
      TRY(const Next next, begin_stream(in));
      if (next == Next::kEnd) return Decoding::kEnd;
    }
    const std::span<const uint8_t> bytes = in.bytes();
    stream_.next_in = bytes.data();
    stream_.avail_in = bytes.size();
    stream_.next_out = out.data();
    stream_.avail_out = out.size();
    const lzma_ret status = lzma_code(&stream_, LZMA_RUN);
    produced = out.size() - stream_.avail_out;
    in.advance(stream_.next_in - bytes.data());
    if (status == LZMA_STREAM_END) {
      between_streams_ = true;
      return Decoding::kMore;
    }
    // LZMA_BUF_ERROR only says that there was nothing to read, once more.
    if (status != LZMA_OK && status != LZMA_BUF_ERROR) return error_of(status);
    if (produced == 0 && in.bytes().empty()) {
      TRY(const bool more, in.refill());
      if (!more) return truncated_error(kFormat.name);
    }
    return Decoding::kMore;
  }

 private:
  Result<Next> begin_stream(InputBlock& in) {
    if (!first_) TRY_VOID(skip_padding(in));
    TRY(const Next next, next_frame(in, kFormat, first_));
    if (next == Next::kEnd) return Next::kEnd;
    const lzma_ret status = lzma_stream_decoder(&stream_, kMostMemory, 0);
    if (status != LZMA_OK) return error_of(status);
    between_streams_ = false;
    first_ = false;
    return Next::kFrame;
  }

  // Padding comes in units of four zeros.
  static Result<> skip_padding(InputBlock& in) {
    constexpr size_t kUnit = 4;
    while (true) {
      TRY(const std::span<const uint8_t> bytes, in.peek(kUnit));
      const std::span<const uint8_t> unit = bytes.first(std::min(bytes.size(), kUnit));
      if (unit.empty() || std::any_of(unit.begin(), unit.end(), [](uint8_t b) { return b != 0; })) {
        return {};
      }
      if (unit.size() < kUnit) return truncated_error(kFormat.name);
      in.advance(kUnit);
    }
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool between_streams_ = true;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<ByteSource> make_xz_source(std::unique_ptr<ByteSource> raw) {
  return std::make_unique<DecodedSource<XzDecoder>>(std::move(raw));
}

}  // namespace gophercap::io
