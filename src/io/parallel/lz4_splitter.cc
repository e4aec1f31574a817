#include "io/parallel/lz4_splitter.h"

#include <lz4.h>
#include <lz4frame.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "io/codec/frames.h"
#include "io/codec/lz4_source.h"

namespace gophercap::io {
namespace {

constexpr size_t kMagic = 4;
constexpr size_t kLongestHeader = 19;
constexpr size_t kSizeField = 4;
constexpr size_t kChecksum = 4;
constexpr uint32_t kStoredBit = 0x80000000;

constexpr uint8_t kVersionMask = 0xc0;
constexpr uint8_t kVersion = 0x40;
constexpr uint8_t kFlagIndependent = 0x20;
constexpr uint8_t kFlagBlockChecksum = 0x10;
constexpr uint8_t kFlagContentSize = 0x08;
constexpr uint8_t kFlagContentChecksum = 0x04;
constexpr uint8_t kFlagsRefused = 0x03;  // reserved; a dictionary

struct Header {
  uint8_t flags = 0;
  uint8_t block_descriptor = 0;
  uint64_t content_bytes = 0;

  bool has(uint8_t flag) const noexcept { return (flags & flag) != 0; }
  size_t size() const noexcept { return kMagic + 3 + (has(kFlagContentSize) ? 8 : 0); }
  size_t most_in_block() const noexcept { return size_t{1} << (8 + 2 * (block_descriptor >> 4)); }
  size_t block_checksum() const noexcept { return has(kFlagBlockChecksum) ? kChecksum : 0; }
  size_t content_checksum() const noexcept { return has(kFlagContentChecksum) ? kChecksum : 0; }
};

uint8_t header_checksum(std::span<const uint8_t> descriptor) {
  return static_cast<uint8_t>(XXH32(descriptor.data(), descriptor.size(), 0) >> 8 & 0xff);
}

// Parses the header of the frame at the beginning of `front`. Returns nothing if there is anything
// that the library should report.
std::optional<Header> read_header(std::span<const uint8_t> front) {
  if (front.size() < kMagic + 3 || !kLz4Magic.begins(front)) return std::nullopt;
  Header header{front[kMagic], front[kMagic + 1], 0};
  const unsigned block_size_id = header.block_descriptor >> 4;
  if ((header.flags & kVersionMask) != kVersion || header.has(kFlagsRefused)) return std::nullopt;
  if ((header.block_descriptor & 0x8f) != 0 || block_size_id < 4) return std::nullopt;
  if (front.size() < header.size()) return std::nullopt;
  if (header.has(kFlagContentSize)) header.content_bytes = load_le64(front.data() + kMagic + 2);
  const auto descriptor = front.subspan(kMagic, header.size() - kMagic - 1);
  if (header_checksum(descriptor) != front[header.size() - 1]) return std::nullopt;
  return header;
}

// The contents of a segment: whole frames, or some blocks of one.
struct Part {
  bool of_frame = false;
  bool begins = false;  // includes the frame header
  bool ends = false;    // includes the end mark, and the content checksum if there is one
  uint8_t flags = 0;    // of the frame
  uint8_t block_descriptor = 0;

  uint32_t to_note() const noexcept {
    return static_cast<uint32_t>(flags) | static_cast<uint32_t>(block_descriptor) << 8 |
           (of_frame ? 1U << 16 : 0) | (begins ? 1U << 17 : 0) | (ends ? 1U << 18 : 0);
  }
  static Part from_note(uint32_t note) noexcept {
    return {(note & 1U << 16) != 0, (note & 1U << 17) != 0, (note & 1U << 18) != 0,
            static_cast<uint8_t>(note & 0xff), static_cast<uint8_t>(note >> 8 & 0xff)};
  }
};

const char* chars(const uint8_t* bytes) {
  return static_cast<const char*>(static_cast<const void*>(bytes));
}
char* chars(uint8_t* bytes) {
  return static_cast<char*>(static_cast<void*>(bytes));
}

class PieceDecoder final : public SegmentDecoder {
 public:
  PieceDecoder() = default;
  ~PieceDecoder() override { LZ4F_freeDecompressionContext(context_); }
  PieceDecoder(const PieceDecoder&) = delete;
  PieceDecoder& operator=(const PieceDecoder&) = delete;

  void decode(Segment& segment) override {
    const Part part = Part::from_note(segment.note);
    size_t produced = 0;
    if (part.of_frame) {
      produced = decode_blocks(segment, part);
    } else {
      while (segment.good_packed < segment.packed.size() && decode_frame(segment, produced)) {
      }
    }
    segment.plain = segment.plain_room().first(produced);
  }

 private:
  bool decode_frame(Segment& segment, size_t& produced) {
    if (context_ == nullptr &&
        LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)) != 0) {
      return false;
    }
    const std::span<uint8_t> room = segment.plain_room();
    const std::span<const uint8_t> packed = segment.packed.bytes();
    LZ4F_decompressOptions_t options{};
    options.stableDst = 1;
    size_t read = segment.good_packed;
    size_t written = produced;
    size_t status = 1;
    while (status != 0) {
      size_t from = packed.size() - read;
      size_t to = room.size() - written;
      status = LZ4F_decompress(context_, room.data() + written, &to, packed.data() + read, &from,
                               &options);
      const bool stuck = status != 0 && from == 0 && to == 0;
      if (LZ4F_isError(status) != 0 || stuck) {
        LZ4F_resetDecompressionContext(context_);
        return false;
      }
      read += from;
      written += to;
    }
    segment.good_packed = read;
    produced = written;
    return true;
  }

  static size_t decode_blocks(Segment& segment, const Part& part) {
    const Header header{part.flags, part.block_descriptor, 0};
    const std::span<uint8_t> room = segment.plain_room();
    std::span<const uint8_t> packed = segment.packed.bytes();
    const size_t end_bytes = kSizeField + header.content_checksum();
    packed = packed.first(packed.size() - (part.ends ? end_bytes : 0));
    if (part.begins) packed = packed.subspan(header.size());
    size_t produced = 0;
    while (!packed.empty()) {
      const std::optional<size_t> plain = decode_block(header, packed, room.subspan(produced));
      if (!plain) return produced;
      produced += *plain;
      segment.good_packed = static_cast<size_t>(packed.data() - segment.packed.data());
    }
    segment.good_packed = segment.packed.size();
    return produced;
  }

  // Decodes a block at the front of `packed`. The splitter has checked that it is complete.
  static std::optional<size_t> decode_block(const Header& header, std::span<const uint8_t>& packed,
                                            std::span<uint8_t> room) {
    const uint32_t field = load_le32(packed.data());
    const std::span<const uint8_t> bytes = packed.subspan(kSizeField, field & ~kStoredBit);
    const std::span<const uint8_t> behind = packed.subspan(kSizeField + bytes.size());
    packed = behind.subspan(header.block_checksum());
    if (header.has(kFlagBlockChecksum) &&
        XXH32(bytes.data(), bytes.size(), 0) != load_le32(behind.data())) {
      return std::nullopt;
    }
    if ((field & kStoredBit) != 0) {
      std::copy(bytes.begin(), bytes.end(), room.begin());
      return bytes.size();
    }
    const size_t most = std::min(room.size(), header.most_in_block());
    const int plain = LZ4_decompress_safe(chars(bytes.data()), chars(room.data()),
                                          static_cast<int>(bytes.size()), static_cast<int>(most));
    if (plain < 0) return std::nullopt;
    return static_cast<size_t>(plain);
  }

  LZ4F_dctx* context_ = nullptr;
};

class Lz4Splitter final : public Splitter {
 public:
  explicit Lz4Splitter(const SplitLimits& limits) : limits_(limits) {}

  bool cut(InputBlock& in, Segment& segment) override {
    if (cutting_) return cut_part(in, segment, false);
    while (!enough(segment)) {
      const size_t packed_before = segment.packed.size();
      const size_t plain_before = segment.plain_limit;
      if (!cut_frame(in, segment)) {
        give_back(in, packed_before, segment.packed);
        segment.plain_limit = plain_before;
        break;
      }
    }
    if (segment.packed.size() > 0) return true;
    const Result<std::span<uint8_t>> front = in.peek(kLongestHeader);
    if (!front) return false;
    cutting_ = read_header(*front);
    if (!cutting_ || !cutting_->has(kFlagIndependent)) return false;
    return take(in, cutting_->size(), segment.packed) && cut_part(in, segment, true);
  }

  Result<> check(const Segment& segment) override {
    const Part part = Part::from_note(segment.note);
    if (!part.of_frame || segment.good_packed == 0) return {};
    if (part.begins) {
      checked_ = read_header(segment.packed.bytes());
      checked_bytes_ = 0;
      XXH32_reset(hash_.get(), 0);
    }
    checked_bytes_ += segment.plain.size();
    if (checked_->has(kFlagContentChecksum)) {
      XXH32_update(hash_.get(), segment.plain.data(), segment.plain.size());
    }
    if (!part.ends || segment.good_packed < segment.packed.size()) return {};
    const Header header = *std::exchange(checked_, std::nullopt);
    // A content size of 0 means unknown, as in the library.
    if (header.content_bytes != 0 && checked_bytes_ != header.content_bytes) {
      return damage("ERROR_frameSize_wrong");
    }
    const uint8_t* const end = segment.packed.bytes().data() + segment.packed.size();
    if (header.has(kFlagContentChecksum) &&
        XXH32_digest(hash_.get()) != load_le32(end - kChecksum)) {
      return damage("ERROR_contentChecksum_invalid");
    }
    return {};
  }

  // Inside a frame, the library gets a frame that begins with the block in question. It does not
  // reach the end of it: otherwise the splitter would have taken the block.
  std::vector<uint8_t> resume() override {
    cutting_.reset();
    if (!checked_) return {};
    const Header header = *std::exchange(checked_, std::nullopt);
    std::vector<uint8_t> front(kLz4Magic.bytes.begin(), kLz4Magic.bytes.begin() + kMagic);
    front.push_back(static_cast<uint8_t>(header.flags & ~kFlagContentSize));
    front.push_back(header.block_descriptor);
    front.push_back(header_checksum(std::span(front).subspan(kMagic)));
    return front;
  }

  std::unique_ptr<SegmentDecoder> make_segment_decoder() const override {
    return std::make_unique<PieceDecoder>();
  }
  std::unique_ptr<StreamDecoder> make_stream_decoder(bool first,
                                                     CheckpointSink* checkpoints) const override {
    return make_lz4_decoder(first, checkpoints);
  }

 private:
  // The same message as the stream decoder gives for this error of the library.
  static Error damage(std::string_view name) {
    return corrupt_error("lz4", "is damaged (" + std::string(name) + ")");
  }

  // Cuts a whole frame if it is small or its blocks depend on each other.
  bool cut_frame(InputBlock& in, Segment& segment) const {
    const Result<std::span<uint8_t>> front = in.peek(kLongestHeader);
    if (!front) return false;
    if (kSkippableMagic.begins(*front)) return take_skippable(in, *front, limits_, segment);
    const std::optional<Header> header = read_header(*front);
    if (!header || !take(in, header->size(), segment.packed)) return false;
    // A frame with dependent blocks usually has so many that searching for its end would be a
    // waste.
    const size_t most = limits_.enough_packed * (header->has(kFlagIndependent) ? 2 : 4);
    bool ends = false;
    while (!ends) {
      if (segment.plain_limit > limits_.most_plain / 2) return false;
      if (!cut_block(in, *header, segment, most, ends)) return false;
    }
    return true;
  }

  // Cuts blocks of the frame cutting_.
  bool cut_part(InputBlock& in, Segment& segment, bool begins) {
    const size_t header_bytes = segment.packed.size();
    Part part{true, begins, false, cutting_->flags, cutting_->block_descriptor};
    while (!enough(segment) && !part.ends) {
      const size_t before = segment.packed.size();
      if (!cut_block(in, *cutting_, segment, SIZE_MAX, part.ends)) {
        give_back(in, before, segment.packed);
        break;
      }
    }
    if (segment.packed.size() == header_bytes) {
      give_back(in, 0, segment.packed);
      return false;
    }
    if (part.ends) cutting_.reset();
    segment.note = part.to_note();
    segment.within_frame = !begins;
    return true;
  }

  // Adds a block, or the end of a frame, unless the segment would exceed `most_packed`. On false,
  // the caller puts back what has been moved.
  static bool cut_block(InputBlock& in, const Header& header, Segment& segment, size_t most_packed,
                        bool& ends) {
    const Result<std::span<uint8_t>> front = in.peek(kSizeField);
    if (!front || front->size() < kSizeField) return false;
    const uint32_t field = load_le32(front->data());
    if (field == 0) {
      ends = take(in, kSizeField + header.content_checksum(), segment.packed);
      return ends;
    }
    const size_t size = field & ~kStoredBit;
    const size_t whole = kSizeField + size + header.block_checksum();
    if (size > header.most_in_block() || segment.packed.size() + whole > most_packed) return false;
    if (!take(in, whole, segment.packed)) return false;
    // One byte decodes to at most 255.
    constexpr size_t kLargestRatio = 255;
    const bool stored = (field & kStoredBit) != 0;
    segment.plain_limit +=
        stored ? size : std::min(header.most_in_block(), (size + 1) * kLargestRatio);
    return true;
  }

  // The decoded size of a block is not known in advance, so the compressed size decides.
  bool enough(const Segment& segment) const {
    return segment.packed.size() >= limits_.enough_packed ||
           segment.plain_limit >= limits_.most_plain / 2;
  }

  struct Free {
    void operator()(XXH32_state_t* hash) const noexcept { XXH32_freeState(hash); }
  };

  const SplitLimits limits_;
  std::optional<Header> cutting_;  // the frame whose blocks are being cut
  std::optional<Header> checked_;  // the frame in which check() currently is
  uint64_t checked_bytes_ = 0;     // of it
  const std::unique_ptr<XXH32_state_t, Free> hash_{XXH32_createState()};
};

}  // namespace

std::unique_ptr<Splitter> make_lz4_splitter(const SplitLimits& limits) {
  return std::make_unique<Lz4Splitter>(limits);
}

}  // namespace gophercap::io
