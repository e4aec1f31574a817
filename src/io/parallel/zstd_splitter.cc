#include "io/parallel/zstd_splitter.h"

#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "io/codec/frames.h"
#include "io/codec/zstd_header.h"
#include "io/memory/memory_bound.h"

namespace gophercap::io {
namespace {

class FrameDecoder final : public SegmentDecoder {
 public:
  FrameDecoder() = default;
  ~FrameDecoder() override { ZSTD_freeDCtx(context_); }
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  void decode(Segment& segment) override {
    if (context_ == nullptr) context_ = ZSTD_createDCtx();
    const std::span<uint8_t> room = segment.plain_room();
    size_t produced = 0;
    while (context_ != nullptr && segment.good_packed < segment.packed.size()) {
      const auto packed = segment.packed.bytes().subspan(segment.good_packed);
      const size_t size = ZSTD_findFrameCompressedSize(packed.data(), packed.size());
      if (ZSTD_isError(size) != 0) break;
      const size_t plain = ZSTD_decompressDCtx(context_, room.data() + produced,
                                               room.size() - produced, packed.data(), size);
      if (ZSTD_isError(plain) != 0) break;
      segment.good_packed += size;
      produced += plain;
    }
    segment.plain = room.first(produced);
  }

 private:
  ZSTD_DCtx* context_ = nullptr;
};

class ZstdSplitter final : public Splitter {
 public:
  ZstdSplitter(const SplitLimits& limits, int max_window_log)
      : limits_(limits), max_window_log_(max_window_log) {}

  bool cut(InputBlock& in, Segment& segment) override {
    while (segment.packed.size() < limits_.enough_packed &&
           segment.plain_limit < limits_.enough_plain) {
      const size_t packed_before = segment.packed.size();
      const size_t plain_before = segment.plain_limit;
      if (!cut_frame(in, segment)) {
        give_back(in, packed_before, segment.packed);
        segment.plain_limit = plain_before;
        break;
      }
    }
    return segment.packed.size() > 0;
  }

  std::unique_ptr<SegmentDecoder> make_segment_decoder() const override {
    return std::make_unique<FrameDecoder>();
  }
  std::unique_ptr<StreamDecoder> make_stream_decoder(bool first,
                                                     CheckpointSink* checkpoints) const override {
    return make_zstd_decoder(first, max_window_log_, checkpoints);
  }

 private:
  // Returns whether the stream decoder would accept such a window, although none is needed here.
  bool fits_decoder(uint64_t window_bytes) const {
    if (window_bytes > uint64_t{1} << max_window_log_) return false;
    return window_bytes <= MemoryBound::kLeast / 2 || zstd_memory_allows(window_bytes);
  }

  bool cut_frame(InputBlock& in, Segment& segment) const {
    const Result<std::span<uint8_t>> front = in.peek(ZstdHeader::kLongest);
    if (!front) return false;
    if (kSkippableMagic.begins(*front)) return take_skippable(in, *front, limits_, segment);
    const std::optional<ZstdHeader> header = read_zstd_header(*front);
    if (!header || !fits_decoder(header->window_bytes)) return false;
    // If the content size is known, a frame that is too large is rejected before it is read.
    if (segment.plain_limit + header->content_bytes.value_or(0) > limits_.most_plain) return false;
    if (!take(in, header->size, segment.packed)) return false;
    const std::optional<uint64_t> most = cut_blocks(in, *header, segment);
    if (!most) return false;
    const uint64_t plain = std::min(*most, header->content_bytes.value_or(*most));
    // A match that reaches beyond the window is damage that only a decoder with this window
    // detects. If the window is smaller than the frame, the frame is cut only if its checksum would
    // reveal this.
    if (!header->checksum && header->window_bytes < plain) return false;
    segment.plain_limit += plain;
    return true;
  }

  // Moves the rest of a frame. Returns the largest plain size that its blocks can have, or nothing
  // if that is too large, or there is an error.
  std::optional<uint64_t> cut_blocks(InputBlock& in, const ZstdHeader& header,
                                     Segment& segment) const {
    constexpr size_t kBlockHeader = 3;
    constexpr uint64_t kLargestBlock = uint64_t{128} << 10;
    constexpr unsigned kRle = 1;
    constexpr unsigned kCompressed = 2;
    constexpr unsigned kReserved = 3;
    const uint64_t most_in_block = std::min(header.window_bytes, kLargestBlock);
    uint64_t most = 0;
    bool last = false;
    while (!last) {
      const Result<std::span<uint8_t>> front = in.peek(kBlockHeader);
      if (!front || front->size() < kBlockHeader) return std::nullopt;
      const uint32_t field = static_cast<uint32_t>((*front)[0]) |
                             static_cast<uint32_t>((*front)[1]) << 8 |
                             static_cast<uint32_t>((*front)[2]) << 16;
      last = (field & 1) != 0;
      const unsigned type = field >> 1 & 3;
      const size_t size = field >> 3;
      if (type == kReserved || size > most_in_block) return std::nullopt;
      most += type == kCompressed ? most_in_block : size;
      if (!fits(most, header, segment)) return std::nullopt;
      if (!take(in, kBlockHeader + (type == kRle ? 1 : size), segment.packed)) return std::nullopt;
    }
    constexpr size_t kChecksum = 4;
    if (header.checksum && !take(in, kChecksum, segment.packed)) return std::nullopt;
    return most;
  }

  bool fits(uint64_t plain, const ZstdHeader& header, const Segment& segment) const {
    // A frame without a content size is usually the only one and may have any size, so it is not
    // read far to find its end.
    const uint64_t most_unannounced = limits_.most_plain / 4;
    if (!header.content_bytes && segment.plain_limit + plain > most_unannounced) return false;
    return segment.packed.size() <= limits_.most_packed;
  }

  const SplitLimits limits_;
  const int max_window_log_;
};

}  // namespace

std::unique_ptr<Splitter> make_zstd_splitter(const SplitLimits& limits, int max_window_log) {
  return std::make_unique<ZstdSplitter>(limits, max_window_log);
}

}  // namespace gophercap::io
