#include "io/codec/lz4_source.h"

#include <lz4.h>
#include <lz4frame.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "io/codec/decoded_source.h"
#include "io/codec/frames.h"
#include "io/memory/memory_bound.h"

namespace gophercap::io {
namespace {

constexpr std::array kMagics = {&kLz4Magic, &kLz4LegacyMagic, &kSkippableMagic};
constexpr FrameFormat kFormat{"lz4", kMagics};

Error error_of(size_t status) {
  const std::string_view name = LZ4F_getErrorName(status);  // "ERROR_contentChecksum_invalid"
  if (name == "ERROR_allocation_failed") return no_memory_error(kFormat.name);
  return corrupt_error(kFormat.name, "is damaged (" + std::string(name) + ")");
}

char* chars(uint8_t* bytes) {
  return static_cast<char*>(static_cast<void*>(bytes));
}

// The legacy format: a magic, then blocks of 8 MiB plain size, each after its compressed size.
class LegacyFrame {
 public:
  // Returns false if the frame ends here.
  Result<bool> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    if (given_ == plain_size_) {
      TRY(const bool more, load_block(in));
      if (!more) return false;
    }
    const size_t count = std::min(out.size(), plain_size_ - given_);
    std::copy_n(plain_.data() + given_, count, out.data());
    given_ += count;
    produced = count;
    return true;
  }

 private:
  static constexpr int kBlock = 8 << 20;

  Result<bool> load_block(InputBlock& in) {
    constexpr size_t kSizeField = 4;
    TRY(const std::span<const uint8_t> field, in.peek(kSizeField));
    if (field.empty()) return false;
    // The end is recognized by something that is not a size: the magic of the next frame, or
    // padding.
    if (std::ranges::all_of(field, [](uint8_t byte) { return byte == 0; })) return false;
    for (const Magic* magic : kMagics) {
      if (magic->begins(field)) return false;
    }
    if (field.size() < kSizeField) return truncated_error(kFormat.name);
    const uint32_t size = load_le32(field.data());
    if (size > uint32_t{LZ4_COMPRESSBOUND(kBlock)}) {
      return corrupt_error(kFormat.name, "has an impossible block size");
    }
    in.advance(kSizeField);
    TRY_VOID(collect(in, size));
    plain_.resize(kBlock);
    const int plain = LZ4_decompress_safe(chars(compressed_.data()), chars(plain_.data()),
                                          static_cast<int>(size), kBlock);
    if (plain < 0) return corrupt_error(kFormat.name, "is damaged");
    plain_size_ = static_cast<size_t>(plain);
    given_ = 0;
    return true;
  }

  Result<> collect(InputBlock& in, size_t size) {
    compressed_.clear();
    while (compressed_.size() < size) {
      TRY(const std::span<const uint8_t> bytes, in.peek(1));
      if (bytes.empty()) return truncated_error(kFormat.name);
      const size_t count = std::min(bytes.size(), size - compressed_.size());
      compressed_.insert(compressed_.end(), bytes.begin(),
                         bytes.begin() + static_cast<ptrdiff_t>(count));
      in.advance(static_cast<ptrdiff_t>(count));
    }
    return {};
  }

  std::vector<uint8_t> compressed_;
  std::vector<uint8_t> plain_;
  size_t plain_size_ = 0;
  size_t given_ = 0;
};

// Memory for the frame that begins here: a compressed and a plain block. `front` has at least 4
// bytes.
uint64_t needed_bytes(std::span<const uint8_t> front) {
  constexpr uint64_t kLinked = uint64_t{192} << 10;  // data that blocks may refer to, and the
                                                     // context
  constexpr uint64_t kLegacyBlock = uint64_t{8} << 20;
  constexpr size_t kDescriptor = 5;  // of blocks; bits 4 to 6 range from 4 (64 KiB) to 7 (4 MiB)
  uint64_t block = 0;
  if (kLz4LegacyMagic.begins(front)) {
    block = kLegacyBlock;
  } else if (kLz4Magic.begins(front) && front.size() > kDescriptor) {
    const unsigned size = front[kDescriptor] >> 4 & 7;
    block = uint64_t{256} << 2 * size;
  }
  return 2 * block + kLinked + MemoryBound::kBuffers;
}

class Lz4Decoder final : public StreamDecoder {
 public:
  explicit Lz4Decoder(bool first, CheckpointSink* checkpoints = nullptr)
      : checkpoints_(checkpoints), first_(first) {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) == 0) {
      context_.reset(context);
    }
  }

  bool between_frames() const noexcept override { return stage_ == Stage::kBetween; }

  Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) override {
    if (!context_) return no_memory_error(kFormat.name);
    Result<Decoding> decoding = step(in, out, produced);
    plain_ += produced;
    return decoding;
  }

 private:
  enum class Stage : uint8_t { kBetween, kFrame, kLegacy };
  struct Free {
    void operator()(LZ4F_dctx* context) const noexcept { LZ4F_freeDecompressionContext(context); }
  };

  Result<Decoding> step(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    switch (stage_) {
      case Stage::kBetween:
        return begin_frame(in);
      case Stage::kFrame:
        return decode_frame(in, out, produced);
      case Stage::kLegacy: {
        TRY(const bool more, legacy_.decode(in, out, produced));
        if (!more) stage_ = Stage::kBetween;
        return Decoding::kMore;
      }
    }
    return Error{Errc::kInternal, 0, "lz4 decoder in no stage"};
  }

  Result<Decoding> begin_frame(InputBlock& in) {
    TRY(const Next next, next_frame(in, kFormat, first_));
    if (next == Next::kEnd) return Decoding::kEnd;
    if (checkpoints_ != nullptr && checkpoints_->wanted(plain_))
      checkpoints_->add({.plain_offset = plain_, .stored_offset = in.position()});
    TRY_VOID(memory_.grow(needed_bytes(in.bytes()), kFormat.name));
    first_ = false;
    stage_ = Stage::kFrame;
    if (kLz4LegacyMagic.begins(in.bytes())) {
      in.advance(static_cast<ptrdiff_t>(kLz4LegacyMagic.size));
      stage_ = Stage::kLegacy;
    }
    return Decoding::kMore;
  }

  // LZ4F_decompress() loses what it has produced in a call that fails. So each call gets at most
  // one block, without the header of the next one, and no input while output of the previous block
  // is pending.
  Result<Decoding> decode_frame(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    constexpr size_t kBlockHeader = 4;
    const std::span<const uint8_t> bytes = in.bytes();
    const size_t wanted = hint_ > kBlockHeader ? hint_ - kBlockHeader : hint_;
    size_t consumed = flushing_ ? 0 : std::min(wanted, bytes.size());
    size_t written = out.size();
    const size_t status =
        LZ4F_decompress(context_.get(), out.data(), &written, bytes.data(), &consumed, nullptr);
    if (LZ4F_isError(status) != 0) return error_of(status);
    produced = written;
    in.advance(static_cast<ptrdiff_t>(consumed));
    const bool was_flushing = std::exchange(flushing_, written == out.size());
    if (status == 0) {
      stage_ = Stage::kBetween;
      flushing_ = false;
      hint_ = kFirstBytes;
    } else {
      hint_ = status;
      if (produced == 0 && !was_flushing && in.bytes().empty()) {
        TRY(const bool more, in.refill());
        if (!more) return truncated_error(kFormat.name);
      }
    }
    return Decoding::kMore;
  }

  // The decoder needs this many bytes to tell the length of the frame header.
  static constexpr size_t kFirstBytes = 11;

  MemoryShare memory_;
  std::unique_ptr<LZ4F_dctx, Free> context_;
  LegacyFrame legacy_;
  CheckpointSink* checkpoints_;
  uint64_t plain_ = 0;
  Stage stage_ = Stage::kBetween;
  size_t hint_ = kFirstBytes;
  bool flushing_ = false;
  bool first_;
};

}  // namespace

std::unique_ptr<ByteSource> make_lz4_source(std::unique_ptr<ByteSource> raw,
                                            CheckpointSink* checkpoints) {
  return std::make_unique<DecodedSource<Lz4Decoder>>(std::move(raw), true, checkpoints);
}

std::unique_ptr<StreamDecoder> make_lz4_decoder(bool first, CheckpointSink* checkpoints) {
  return std::make_unique<Lz4Decoder>(first, checkpoints);
}

}  // namespace gophercap::io
