#include "io/parallel/gzip_splitter.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "io/codec/gzip_format.h"
#include "io/codec/gzip_source.h"

namespace gophercap::io {
namespace {

// Returns the size of the member header at the beginning of `bytes`, or nothing if it is not a
// supported header.
std::optional<size_t> header_size(std::span<const uint8_t> bytes) {
  if (bytes.size() < kGzipFixedHeader || bytes[0] != 0x1f || bytes[1] != 0x8b) return std::nullopt;
  const uint8_t flags = bytes[3];
  if (bytes[2] != kGzipMethodDeflate || (flags & kGzipFlagsReserved) != 0) return std::nullopt;
  size_t size = kGzipFixedHeader;
  if ((flags & kGzipFlagExtra) != 0) {
    if (bytes.size() - size < 2) return std::nullopt;
    const size_t extra = size_t{2} + load_le16(bytes.data() + size);
    if (bytes.size() - size < extra) return std::nullopt;
    size += extra;
  }
  for (const uint8_t text : {kGzipFlagName, kGzipFlagComment}) {
    if ((flags & text) == 0) continue;
    const auto rest = bytes.subspan(size);
    const auto zero = std::find(rest.begin(), rest.end(), uint8_t{0});
    if (zero == rest.end()) return std::nullopt;
    size += static_cast<size_t>(zero - rest.begin()) + 1;
  }
  if ((flags & kGzipFlagHeaderCrc) != 0) {
    if (bytes.size() - size < 2) return std::nullopt;
    const uint32_t crc = crc32_gzip_refl(0, bytes.data(), size);
    if (load_le16(bytes.data() + size) != (crc & 0xffff)) return std::nullopt;
    size += 2;
  }
  return size;
}

// Uses the same library as the stream decoder, so both accept the same members.
class MemberDecoder final : public SegmentDecoder {
 public:
  void decode(Segment& segment) override {
    const std::span<uint8_t> room = segment.plain_room();
    size_t produced = 0;
    while (segment.good_packed < segment.packed.size()) {
      const auto packed = segment.packed.bytes().subspan(segment.good_packed);
      const std::optional<Sizes> member = decode_member(packed, room.subspan(produced));
      if (!member) break;
      segment.good_packed += member->packed;
      produced += member->plain;
    }
    segment.plain = room.first(produced);
  }

 private:
  struct Sizes {
    size_t packed = 0;
    size_t plain = 0;
  };

  std::optional<Sizes> decode_member(std::span<const uint8_t> packed, std::span<uint8_t> room) {
    const std::optional<size_t> header = header_size(packed);
    if (!header) return std::nullopt;
    if (inflate_ == nullptr) {
      inflate_ = std::make_unique<inflate_state>();
      isal_inflate_init(inflate_.get());
    }
    const std::span<const uint8_t> body = packed.subspan(*header);
    inflate_->next_in = const_cast<uint8_t*>(body.data());  // the library only reads it
    inflate_->avail_in = static_cast<uint32_t>(body.size());
    inflate_->next_out = room.data();
    inflate_->avail_out = static_cast<uint32_t>(room.size());
    if (isal_inflate_stateless(inflate_.get()) != ISAL_DECOMP_OK) return std::nullopt;
    if (inflate_->avail_in < kGzipTrailer) return std::nullopt;
    const uint8_t* const trailer = inflate_->next_in;
    const auto plain = static_cast<size_t>(inflate_->next_out - room.data());
    if (load_le32(trailer) != crc32_gzip_refl(0, room.data(), plain)) return std::nullopt;
    if (load_le32(trailer + 4) != static_cast<uint32_t>(plain)) return std::nullopt;
    return Sizes{packed.size() - inflate_->avail_in + kGzipTrailer, plain};
  }

  std::unique_ptr<inflate_state> inflate_;
};

// Returns the size of the BGZF member with this header, or nothing if it is not BGZF. The size is
// in the first extra field, where every writer puts it.
std::optional<size_t> bgzf_size(std::span<const uint8_t> front) {
  constexpr size_t kHeader = kGzipFixedHeader + 2 + 6;
  static_assert(kHeader == kMemberFront);
  if (front.size() < kHeader || front[0] != 0x1f || front[1] != 0x8b) return std::nullopt;
  if (front[2] != kGzipMethodDeflate || front[3] != kGzipFlagExtra) return std::nullopt;
  if (load_le16(front.data() + 10) < 6 || front[12] != 'B' || front[13] != 'C') return std::nullopt;
  if (load_le16(front.data() + 14) != 2) return std::nullopt;
  const size_t size = size_t{load_le16(front.data() + 16)} + 1;
  if (size < kHeader + kGzipTrailer) return std::nullopt;
  return size;
}

// Searches for beginnings of members in a growing buffer. It trusts the trailer of the member
// before, which contains its plain size.
class BorderSearch {
 public:
  explicit BorderSearch(const SplitLimits& limits) : limits_(limits) {}

  bool enough() const noexcept {
    return full_ || border_ >= limits_.enough_packed || plain_ >= limits_.enough_plain;
  }
  // The last border found, and the plain size up to it. 0: none.
  size_t border() const noexcept { return border_; }
  size_t plain() const noexcept { return plain_; }

  // Searches the new bytes, until there are enough borders.
  void go_on(std::span<const uint8_t> bytes) {
    constexpr size_t kLook = 4;  // magic, method, flags
    while (!enough() && searched_ + kLook <= bytes.size()) {
      const uint8_t* const from = bytes.data() + searched_;
      const size_t count = bytes.size() - kLook + 1 - searched_;
      const auto* const found = static_cast<const uint8_t*>(std::memchr(from, 0x1f, count));
      if (found == nullptr) {
        searched_ += count;
        return;
      }
      const auto at = static_cast<size_t>(found - bytes.data());
      searched_ = at + 1;
      if (found[1] == 0x8b && found[2] == kGzipMethodDeflate &&
          (found[3] & kGzipFlagsReserved) == 0) {
        try_border(bytes, at);
      }
    }
  }

  void try_border(std::span<const uint8_t> bytes, size_t at) {
    constexpr size_t kSmallest = kGzipFixedHeader + 2 + kGzipTrailer;
    constexpr size_t kLargestRatio = 1032;  // largest ratio of deflate
    if (at < border_ + kSmallest) return;
    // An empty member ends with zeros. So does padding, after which no member can begin.
    const size_t plain = load_le32(bytes.data() + at - 4);
    if (plain == 0 || plain > (at - border_) * kLargestRatio) return;
    full_ = plain_ + plain > limits_.most_plain;
    if (full_) return;
    border_ = at;
    plain_ += plain;
  }

 private:
  const SplitLimits& limits_;
  size_t searched_ = 1;
  size_t border_ = 0;
  size_t plain_ = 0;
  bool full_ = false;  // the next member is too large
};

class GzipSplitter final : public Splitter {
 public:
  explicit GzipSplitter(const SplitLimits& limits) : limits_(limits) {}

  bool cut(InputBlock& in, Segment& segment) override {
    if (cut_bgzf(in, segment)) return true;
    // Most files have a single member, and must not pay for the search.
    if (std::exchange(first_, false)) return false;
    if (waiting_ > 0) {
      --waiting_;
      return false;
    }
    return cut_guessed(in, segment);
  }

  Result<> check(const Segment& segment) override {
    if (segment.good_packed < segment.packed.size()) {
      wait();
    } else if (failures_ > 0) {
      --failures_;
    }
    return {};
  }

  std::unique_ptr<SegmentDecoder> make_segment_decoder() const override {
    return std::make_unique<MemberDecoder>();
  }
  std::unique_ptr<StreamDecoder> make_stream_decoder(bool first,
                                                     CheckpointSink* checkpoints) const override {
    return make_gzip_decoder(first, checkpoints);
  }

 private:
  bool cut_bgzf(InputBlock& in, Segment& segment) {
    constexpr size_t kLargestPlain = size_t{64} << 10;
    while (segment.packed.size() < limits_.enough_packed &&
           segment.plain_limit < limits_.enough_plain) {
      const size_t before = segment.packed.size();
      const Result<std::span<uint8_t>> front = in.peek(kMemberFront);
      const std::optional<size_t> size = front ? bgzf_size(*front) : std::nullopt;
      if (!size) break;
      const bool whole = take(in, *size, segment.packed);
      const size_t plain = whole ? load_le32(segment.packed.data() + segment.packed.size() - 4) : 0;
      if (!whole || plain > kLargestPlain) {
        give_back(in, before, segment.packed);
        break;
      }
      segment.plain_limit += plain;
      first_ = false;
    }
    return segment.packed.size() > 0;
  }

  bool cut_guessed(InputBlock& in, Segment& segment) {
    ByteBuffer& packed = segment.packed;
    BorderSearch search(limits_);
    while (!search.enough() && packed.size() < limits_.most_packed) {
      const Result<std::span<uint8_t>> bytes = in.peek(1);
      if (!bytes) break;
      if (bytes->empty()) {
        search.try_border(packed.bytes(), packed.size());
        break;
      }
      packed.append(*bytes);
      in.advance(static_cast<ptrdiff_t>(bytes->size()));
      search.go_on(packed.bytes());
    }
    give_back(in, search.border(), packed);
    segment.plain_limit = search.plain();
    if (search.border() == 0) wait();
    return search.border() > 0;
  }

  // A guess was wrong, which is rare, or there is damage, or a member is too large to search for
  // its end. To limit the cost of inputs full of these, each one doubles the number of members
  // before the next search.
  void wait() {
    failures_ = std::min(failures_ + 1, 20U);
    waiting_ = uint64_t{1} << failures_;
  }

  const SplitLimits limits_;
  bool first_ = true;
  unsigned failures_ = 0;
  uint64_t waiting_ = 0;
};

}  // namespace

std::unique_ptr<Splitter> make_gzip_splitter(const SplitLimits& limits) {
  return std::make_unique<GzipSplitter>(limits);
}

}  // namespace gophercap::io
