#include "io/codec/zstd_source.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "io/codec/decoded_source.h"
#include "io/codec/frames.h"
#include "io/codec/zstd_header.h"
#include "io/memory/memory_bound.h"

namespace gophercap::io {
namespace {

constexpr std::array kMagics = {&kZstdMagic, &kSkippableMagic};
constexpr FrameFormat kFormat{"zstd", kMagics};

Error error_of(size_t status) {
  switch (ZSTD_getErrorCode(status)) {
    case ZSTD_error_memory_allocation:
      return no_memory_error(kFormat.name);
    case ZSTD_error_frameParameter_windowTooLarge:
      return Error{Errc::kMemoryBound, 0, "zstd data wants a larger window than we allow"};
    case ZSTD_error_dictionary_wrong:
      return unsupported_error(kFormat.name, "needs a dictionary that we don't have");
    case ZSTD_error_checksum_wrong:
      return corrupt_error(kFormat.name, "has a wrong checksum");
    case ZSTD_error_dstSize_tooSmall:
      // A block larger than the library's own buffer, whose size depends on previous frames. The
      // result must not depend on them.
      status = static_cast<size_t>(-ZSTD_error_corruption_detected);
      [[fallthrough]];
    default:
      return corrupt_error(kFormat.name,
                           std::string("is damaged (") + ZSTD_getErrorName(status) + ")");
  }
}

// The context of the library, and blocks before and after its window.
uint64_t needed_bytes(uint64_t window_bytes) {
  constexpr uint64_t kContext = uint64_t{512} << 10;
  return window_bytes + kContext + MemoryBound::kBuffers;
}

class ZstdDecoder final : public StreamDecoder {
 public:
  explicit ZstdDecoder(bool first, int max_window_log, CheckpointSink* checkpoints = nullptr)
      : context_(ZSTD_createDCtx()), checkpoints_(checkpoints), first_(first) {
    if (context_) {
      ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, max_window_log);
    }
  }

  bool between_frames() const noexcept override { return between_frames_; }

  Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) override {
    if (!context_) return no_memory_error(kFormat.name);
    if (between_frames_) {
      TRY(const Next next, next_frame(in, kFormat, first_));
      if (next == Next::kEnd) return Decoding::kEnd;
      if (checkpoints_ != nullptr && checkpoints_->wanted(plain_))
        checkpoints_->add({.plain_offset = plain_, .stored_offset = in.position()});
      TRY_VOID(reserve(in));
      between_frames_ = false;
      first_ = false;
    }
    return decode_step(in, out, produced);
  }

 private:
  // Reserves memory for the window of the frame that begins here. The library keeps the largest
  // window.
  Result<> reserve(InputBlock& in) {
    TRY(const std::span<const uint8_t> front, in.peek(ZstdHeader::kLongest));
    const std::optional<ZstdHeader> header = read_zstd_header(front);
    if (!header) return {};  // skippable, or invalid, which the library reports
    TRY_VOID(MemoryBound::of_process().check_window(header->window_bytes, kFormat.name));
    const uint64_t window =
        std::min(header->window_bytes, header->content_bytes.value_or(UINT64_MAX));
    const uint64_t most = uint64_t{1} << kLargestZstdWindowLog;
    return memory_.grow(needed_bytes(std::min(window, most)), kFormat.name);
  }

  // ZSTD_decompressStream() loses what it has produced in a call that fails. So each call gets at
  // most one block, without the header of the next one, and no input while output of the previous
  // block is pending.
  Result<Decoding> decode_step(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    constexpr size_t kBlockHeader = 3;
    const std::span<const uint8_t> bytes = in.bytes();
    const size_t wanted = hint_ > kBlockHeader ? hint_ - kBlockHeader : hint_;
    const size_t given = flushing_ ? 0 : std::min(wanted, bytes.size());
    ZSTD_inBuffer from{bytes.data(), given, 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const size_t status = ZSTD_decompressStream(context_.get(), &to, &from);
    if (ZSTD_isError(status) != 0) return error_of(status);
    produced = to.pos;
    plain_ += produced;
    in.advance(static_cast<ptrdiff_t>(from.pos));
    const bool was_flushing = std::exchange(flushing_, to.pos == to.size);
    if (status == 0) {
      begin_next();
    } else {
      hint_ = status;
      if (produced == 0 && !was_flushing && in.bytes().empty()) {
        TRY(const bool more, in.refill());
        if (!more) return truncated_error(kFormat.name);
      }
    }
    return Decoding::kMore;
  }

  void begin_next() {
    between_frames_ = true;
    flushing_ = false;
    hint_ = kFirstBytes;
  }

  // The decoder needs this many bytes to tell the length of the frame header.
  static constexpr size_t kFirstBytes = 8;

  struct Free {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
  };

  MemoryShare memory_;
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  CheckpointSink* checkpoints_;
  uint64_t plain_ = 0;
  size_t hint_ = kFirstBytes;
  bool flushing_ = false;
  bool between_frames_ = true;
  bool first_;
};

}  // namespace

bool zstd_memory_allows(uint64_t window_bytes) {
  const MemoryBound& bound = MemoryBound::of_process();
  return bound.check_window(window_bytes, kFormat.name).has_value() &&
         needed_bytes(window_bytes) <= bound.room();
}

std::unique_ptr<ByteSource> make_zstd_source(std::unique_ptr<ByteSource> raw, int max_window_log,
                                             CheckpointSink* checkpoints) {
  return std::make_unique<DecodedSource<ZstdDecoder>>(std::move(raw), true, max_window_log,
                                                      checkpoints);
}

std::unique_ptr<StreamDecoder> make_zstd_decoder(bool first, int max_window_log,
                                                 CheckpointSink* checkpoints) {
  return std::make_unique<ZstdDecoder>(first, max_window_log, checkpoints);
}

}  // namespace gophercap::io
