#include "io/codec/gzip_source.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "io/codec/decoded_source.h"
#include "io/codec/frames.h"
#include "io/codec/gzip_format.h"
#include "io/memory/memory_bound.h"

namespace gophercap::io {
namespace {

constexpr std::array kMagics = {&kGzipMagic};
constexpr FrameFormat kFormat{"gzip", kMagics};

// Consumes the header of a member. ISA-L's own parser needs the whole header in one buffer, and
// version 2.30 reads beyond the end of some, so only the raw deflate data is passed to the library.
class HeaderReader {
 public:
  explicit HeaderReader(InputBlock& in) : in_(in) {}

  Result<> read() {
    TRY(const std::span<const uint8_t> fixed, in_.peek(kGzipFixedHeader));
    if (fixed.size() < kGzipFixedHeader) return truncated_error(kFormat.name);
    const uint8_t method = fixed[2];
    const uint8_t flags = fixed[3];
    consume(kGzipFixedHeader);
    if (method != kGzipMethodDeflate) {
      return unsupported_error(kFormat.name, "is not compressed by deflate");
    }
    if ((flags & kGzipFlagsReserved) != 0) {
      return unsupported_error(kFormat.name, "has reserved flags set");
    }
    if ((flags & kGzipFlagExtra) != 0) TRY_VOID(skip_extra());
    if ((flags & kGzipFlagName) != 0) TRY_VOID(skip_text());
    if ((flags & kGzipFlagComment) != 0) TRY_VOID(skip_text());
    if ((flags & kGzipFlagHeaderCrc) != 0) TRY_VOID(check_crc());
    return {};
  }

 private:
  void consume(size_t count) {
    crc_ = crc32_gzip_refl(crc_, in_.bytes().data(), count);
    in_.advance(static_cast<ptrdiff_t>(count));
  }

  Result<> skip_extra() {
    TRY(const std::span<const uint8_t> length, in_.peek(2));
    if (length.size() < 2) return truncated_error(kFormat.name);
    size_t left = load_le16(length.data());
    consume(2);
    while (left > 0) {
      TRY(const std::span<const uint8_t> bytes, in_.peek(1));
      if (bytes.empty()) return truncated_error(kFormat.name);
      const size_t step = std::min(left, bytes.size());
      consume(step);
      left -= step;
    }
    return {};
  }

  Result<> skip_text() {
    while (true) {
      TRY(const std::span<const uint8_t> bytes, in_.peek(1));
      if (bytes.empty()) return truncated_error(kFormat.name);
      const auto zero = std::find(bytes.begin(), bytes.end(), uint8_t{0});
      const bool found = zero != bytes.end();
      consume(static_cast<size_t>(zero - bytes.begin()) + (found ? 1 : 0));
      if (found) return {};
    }
  }

  Result<> check_crc() {
    const uint32_t expected = crc_ & 0xffff;
    TRY(const std::span<const uint8_t> stored, in_.peek(2));
    if (stored.size() < 2) return truncated_error(kFormat.name);
    if (load_le16(stored.data()) != expected)
      return corrupt_error(kFormat.name, "has a wrong header checksum");
    consume(2);
    return {};
  }

  InputBlock& in_;
  uint32_t crc_ = 0;
};

// ISA-L 2.30 copies a match before it checks whether its distance reaches beyond the beginning of
// the data. So the bytes before its window must belong to us.
struct GuardedInflate {
  static constexpr size_t kFarthestMatch = 32768;

  std::array<uint8_t, kFarthestMatch - offsetof(inflate_state, tmp_out_buffer)> in_front;
  inflate_state state;
};

// The last plain bytes, to which a deflate block may refer.
class History {
 public:
  void clear() noexcept { size_ = 0; }

  void append(std::span<const uint8_t> bytes) {
    if (bytes.size() > kMost) bytes = bytes.last(kMost);
    if (size_ + bytes.size() > bytes_.size()) {
      const size_t kept = kMost - bytes.size();
      std::memmove(bytes_.data(), bytes_.data() + size_ - kept, kept);
      size_ = kept;
    }
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<ptrdiff_t>(size_));
    size_ += bytes.size();
  }

  std::vector<uint8_t> window() const {
    const size_t count = std::min(size_, kMost);
    const auto end = bytes_.begin() + static_cast<ptrdiff_t>(size_);
    return {end - static_cast<ptrdiff_t>(count), end};
  }

 private:
  static constexpr size_t kMost = Checkpoint::kMostWindow;

  std::vector<uint8_t> bytes_ = std::vector<uint8_t>(4 * kMost);
  size_t size_ = 0;
};

class GzipDecoder final : public StreamDecoder {
 public:
  explicit GzipDecoder(bool first, CheckpointSink* checkpoints = nullptr)
      : first_(first), checkpoints_(checkpoints) {
    isal_inflate_init(&inflate_);
    if (checkpoints_ != nullptr) history_ = std::make_unique<History>();
  }
  explicit GzipDecoder(const std::shared_ptr<Checkpoint>& from, CheckpointSink* checkpoints)
      : GzipDecoder(false, checkpoints) {
    if (!from->inside_member) return;
    if (history_ != nullptr) history_->append(from->window);
    crc_ = from->member_crc;
    size_ = from->member_size;
    used_bits_ = from->used_bits;
    const int set = isal_inflate_set_dict(&inflate_, from->window.data(),
                                          static_cast<uint32_t>(from->window.size()));
    stage_ = set == COMP_OK ? Stage::kResume : Stage::kDamage;
  }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  bool between_frames() const noexcept override { return stage_ == Stage::kMember; }

  Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced) override {
    switch (stage_) {
      case Stage::kMember:
        return begin_member(in);
      case Stage::kResume:
        return resume(in);
      case Stage::kBody:
        return inflate(in, out, produced);
      case Stage::kDamage:
        return drain(out, produced);
      case Stage::kTrailer:
        return check_trailer(in);
    }
    return Error{Errc::kInternal, 0, "gzip decoder in no stage"};
  }

 private:
  enum class Stage : uint8_t { kMember, kResume, kBody, kDamage, kTrailer };

  Result<Decoding> begin_member(InputBlock& in) {
    // A splitter may have looked at this much before it left the member to this decoder, so that
    // more input is buffered. Without a splitter the decoder must see the same. An error is
    // reported again where it matters.
    static_cast<void>(in.peek(kMemberFront));
    TRY(const Next next, next_frame(in, kFormat, first_));
    if (next == Next::kEnd) return Decoding::kEnd;
    if (checkpoints_ != nullptr) {
      if (checkpoints_->wanted(plain_))
        checkpoints_->add({.plain_offset = plain_, .stored_offset = in.position()});
      history_->clear();
    }
    TRY_VOID(memory_.grow(kNeeded, kFormat.name));
    TRY_VOID(HeaderReader(in).read());
    isal_inflate_reset(&inflate_);
    first_ = false;
    crc_ = 0;
    size_ = 0;
    stage_ = Stage::kBody;
    return Decoding::kMore;
  }

  // Continues at a block that begins in the middle of a byte.
  Result<Decoding> resume(InputBlock& in) {
    TRY_VOID(memory_.grow(kNeeded, kFormat.name));
    if (used_bits_ > 0) {
      TRY(const std::span<const uint8_t> first, in.peek(1));
      if (first.empty()) return truncated_error(kFormat.name);
      inflate_.read_in = static_cast<uint64_t>(first[0]) >> used_bits_;
      inflate_.read_in_length = 8 - used_bits_;
      in.advance(1);
    }
    stage_ = Stage::kBody;
    return Decoding::kMore;
  }

  // How many bytes ISA-L gets at once while the beginning of a block is searched. ISA-L stops where
  // its input ends, and the header of a block is longer than this step, so one step ends inside the
  // header. The header of a stored block contains its length.
  size_t step_to_block() const noexcept {
    constexpr size_t kStep = 48;
    if (inflate_.block_state != ISAL_BLOCK_TYPE0) return kStep;
    const int32_t left = inflate_.type0_block_len - inflate_.read_in_length / 8;
    return left > 0 ? static_cast<size_t>(left) : 1;
  }

  // True if ISA-L waits for the rest of a block header and everything before it was returned.
  bool at_block() const noexcept {
    return inflate_.block_state == ISAL_BLOCK_HDR &&
           inflate_.tmp_out_valid == inflate_.tmp_out_processed;
  }

  void note_block(const InputBlock& in) {
    const auto unread_bits = static_cast<uint64_t>(inflate_.tmp_in_size) * 8 +
                             static_cast<uint64_t>(inflate_.read_in_length);
    const uint64_t bit = in.position() * 8 - unread_bits;
    checkpoints_->add({.plain_offset = plain_,
                       .stored_offset = bit / 8,
                       .inside_member = true,
                       .used_bits = static_cast<uint8_t>(bit % 8),
                       .member_crc = crc_,
                       .member_size = size_,
                       .window = history_->window()});
  }

  Result<Decoding> inflate(InputBlock& in, std::span<uint8_t> out, size_t& produced) {
    constexpr size_t kMostAtOnce = size_t{1} << 30;  // ISA-L counts in 32 bits
    std::span<uint8_t> bytes = in.bytes();
    const bool seeking = checkpoints_ != nullptr && checkpoints_->wanted(plain_);
    if (seeking) bytes = bytes.first(std::min(bytes.size(), step_to_block()));
    inflate_.next_in = bytes.data();
    inflate_.avail_in = static_cast<uint32_t>(bytes.size());
    inflate_.next_out = out.data();
    inflate_.avail_out = static_cast<uint32_t>(std::min(out.size(), kMostAtOnce));
    const int status = isal_inflate(&inflate_);
    const ptrdiff_t consumed = inflate_.next_in - bytes.data();
    in.advance(consumed);
    produced = static_cast<size_t>(inflate_.next_out - out.data());
    crc_ = crc32_gzip_refl(crc_, out.data(), produced);
    size_ += static_cast<uint32_t>(produced);
    plain_ += produced;
    if (history_ != nullptr) history_->append(out.first(produced));
    if (seeking && status == ISAL_DECOMP_OK && at_block()) note_block(in);
    if (status != ISAL_DECOMP_OK) {
      if (status != ISAL_INVALID_BLOCK) drop_bad_match(produced);
      stage_ = Stage::kDamage;
      return Decoding::kMore;
    }
    if (inflate_.block_state == ISAL_BLOCK_FINISH) {
      // ISA-L has loaded whole words. The unused bytes are the trailer and possibly the next
      // member.
      in.advance(-(inflate_.read_in_length / 8));
      stage_ = Stage::kTrailer;
      return Decoding::kMore;
    }
    if (produced > 0) return Decoding::kMore;
    if (!in.bytes().empty()) {
      if (consumed == 0) return corrupt_error(kFormat.name, "is damaged");
      return Decoding::kMore;
    }
    TRY(const bool more, in.refill());
    if (!more) return truncated_error(kFormat.name);
    return Decoding::kMore;
  }

  // ISA-L may already have copied bytes for a match with an invalid distance, and does not say so.
  // Therefore as many bytes as the longest match has are dropped.
  void drop_bad_match(size_t& produced) {
    constexpr int32_t kLongestMatch = 258;
    const int32_t waiting = inflate_.tmp_out_valid - inflate_.tmp_out_processed;
    const int32_t from_waiting = std::min(waiting, kLongestMatch);
    inflate_.tmp_out_valid -= from_waiting;
    produced -= std::min(produced, static_cast<size_t>(kLongestMatch - from_waiting));
  }

  // Returns bytes that were decoded before the damage but did not fit into `out`.
  Result<Decoding> drain(std::span<uint8_t> out, size_t& produced) {
    const size_t left = static_cast<size_t>(inflate_.tmp_out_valid - inflate_.tmp_out_processed);
    const size_t count = std::min(left, out.size());
    if (count == 0) return corrupt_error(kFormat.name, "is damaged");
    std::memcpy(out.data(), inflate_.tmp_out_buffer + inflate_.tmp_out_processed, count);
    inflate_.tmp_out_processed += static_cast<int32_t>(count);
    produced = count;
    return Decoding::kMore;
  }

  Result<Decoding> check_trailer(InputBlock& in) {
    TRY(const std::span<const uint8_t> trailer, in.peek(kGzipTrailer));
    if (trailer.size() < kGzipTrailer) return truncated_error(kFormat.name);
    if (load_le32(trailer.data()) != crc_) {
      return corrupt_error(kFormat.name, "has a wrong checksum");
    }
    if (load_le32(trailer.data() + 4) != size_) {
      return corrupt_error(kFormat.name, "has a wrong length");
    }
    in.advance(kGzipTrailer);
    stage_ = Stage::kMember;
    return Decoding::kMore;
  }

  // Size of this object, including the state for checkpoints.
  static constexpr uint64_t kNeeded = (uint64_t{256} << 10) + MemoryBound::kBuffers;

  MemoryShare memory_;
  Stage stage_ = Stage::kMember;
  bool first_;
  uint32_t crc_ = 0;
  uint32_t size_ = 0;  // modulo 2^32, like the trailer
  uint64_t plain_ = 0;
  uint8_t used_bits_ = 0;
  CheckpointSink* checkpoints_;
  std::unique_ptr<History> history_;
  GuardedInflate guarded_;
  inflate_state& inflate_ = guarded_.state;
};

}  // namespace

std::unique_ptr<ByteSource> make_gzip_source(std::unique_ptr<ByteSource> raw,
                                             CheckpointSink* checkpoints) {
  return std::make_unique<DecodedSource<GzipDecoder>>(std::move(raw), true, checkpoints);
}

std::unique_ptr<ByteSource> make_gzip_source_from(Checkpoint checkpoint,
                                                  std::unique_ptr<ByteSource> raw,
                                                  CheckpointSink* checkpoints) {
  return std::make_unique<DecodedSource<GzipDecoder>>(
      std::move(raw), std::make_shared<Checkpoint>(std::move(checkpoint)), checkpoints);
}

std::unique_ptr<StreamDecoder> make_gzip_decoder(bool first, CheckpointSink* checkpoints) {
  return std::make_unique<GzipDecoder>(first, checkpoints);
}

}  // namespace gophercap::io
