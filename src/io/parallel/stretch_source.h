// Decompresses the stretches between checkpoints, several at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/codec/checkpoint.h"
#include "io/memory/byte_buffer.h"
#include "io/memory/memory_bound.h"
#include "io/parallel/decode_pool.h"

namespace gophercap::io {

// A compressed stream with known checkpoints.
class CheckpointedStream {
 public:
  virtual ~CheckpointedStream() = default;

  // Returns the first checkpoint after `plain_offset`, or nothing if there is none. Called by the
  // thread that reads.
  virtual Result<std::optional<Checkpoint>> checkpoint_behind(uint64_t plain_offset) = 0;

  // Returns the plain bytes from the checkpoint on; `pool` is as in decode_from(). Called by any
  // thread, several at once.
  virtual Result<std::unique_ptr<ByteSource>> open_at(Checkpoint checkpoint, DecodePool* pool) = 0;
};

// Gives the plain bytes of a stream from a checkpoint on. Decoding starts anew at each checkpoint,
// so the bytes and the fault are the same for any number of helpers.
//
// The end of a stretch is compared with the next checkpoint: inside a gzip member the checksum must
// match; between two frames it must be possible to decode on. The first bytes after a checkpoint
// must be the same whether decoding came from before or started there.
//
// Memory: what is decoded ahead stays below the pool's limit for a source. The first stretch is
// decoded as it is read, so a source that was only opened, or ends in it, needs no memory for that.
// The same goes for stretches longer than kMostAhead, and for all stretches if there are no
// helpers.
class StretchSource final : public ByteSource {
 public:
  static constexpr uint64_t kMostAhead = uint64_t{24} << 20;

  // Nothing is decoded from `end` on, an offset in the plain bytes. `pool` may be null. REQUIRES:
  // `pool` outlives the source.
  StretchSource(std::unique_ptr<CheckpointedStream> stream, Checkpoint first, uint64_t end,
                DecodePool* pool);
  ~StretchSource() override;
  StretchSource(const StretchSource&) = delete;
  StretchSource& operator=(const StretchSource&) = delete;

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  // Checks the end of a stretch against the next checkpoint. Gets the bytes of the stretch in
  // order.
  class EndCheck {
   public:
    EndCheck() = default;
    // `behind` is the checkpoint at the end of the stretch, or null if there is none.
    EndCheck(const Checkpoint& begin, uint64_t size_bytes, const Checkpoint* behind);
    void add(std::span<const uint8_t> bytes) noexcept;
    // Call after all bytes were passed. `rest` is the source that they came from.
    Result<> finish(ByteSource& rest);
    // The first bytes after the stretch, as given by the decoder that came from before.
    std::vector<uint8_t> take_behind() noexcept { return std::move(behind_); }

   private:
    enum class Kind : uint8_t { kNone, kBetweenFrames, kChecksum, kImpossible };
    Kind kind_ = Kind::kNone;
    uint64_t ignored_ = 0;  // bytes of members before the one that the checksum covers
    uint32_t crc_ = 0;
    uint32_t expected_crc_ = 0;
    std::vector<uint8_t> behind_;
  };

  // The bytes from one checkpoint to the next.
  struct Stretch {
    Stretch(const StretchSource& source, Checkpoint its_begin, size_t bytes, const EndCheck& end,
            ByteBuffer buffer)
        : begin(std::move(its_begin)),
          size_bytes(bytes),
          check(end),
          room(std::move(buffer)),
          task(&source, [this, &source] { decode(*source.stream_); }) {}
    void decode(CheckpointedStream& stream) noexcept;
    void fill(CheckpointedStream& stream, size_t& filled);
    size_t held_bytes() const noexcept { return std::max(size_bytes, room.capacity()); }

    Checkpoint begin;
    const size_t size_bytes;
    EndCheck check;
    ByteBuffer room;
    std::span<const uint8_t> plain;  // points into `room`; if it is too short, the stream ends or
                                     // has a fault here
    std::optional<Error> fault;      // comes after `plain`
    DecodePool::Task task;
  };

  Result<> plan_next();
  bool may_plan() noexcept;
  void go_on();
  Result<> check_joint(std::span<const uint8_t> bytes);
  Result<size_t> read_streaming(std::span<uint8_t> out);
  bool somebody_helps() const noexcept { return pool_ != nullptr && pool_->helpers() > 0; }

  const std::unique_ptr<CheckpointedStream> stream_;
  DecodePool* const pool_;
  MemoryShare memory_;  // for what is decoded ahead
  const uint64_t end_;
  // Beginning of the first stretch that is not in ahead_. It is a pointer because g++ 12 at -O3
  // takes the window in an optional for uninitialized.
  std::unique_ptr<Checkpoint> next_;
  std::deque<std::unique_ptr<Stretch>> ahead_;  // in order; owned by the pool
  std::unique_ptr<Stretch> current_;            // decoded; ready_ points into it
  ByteBuffer spare_;                            // memory for reuse, already accounted for
  size_t held_bytes_ = 0;                       // held by current_ and ahead_
  std::span<const uint8_t> ready_;              // not returned yet
  std::unique_ptr<ByteSource> streaming_;       // the stretch that is decoded as it is read
  uint64_t streaming_left_ = 0;
  EndCheck streaming_check_;
  std::vector<uint8_t> joint_;  // the known first bytes of the next stretch
  bool first_ = true;
  bool must_stream_ = false;     // the stretch at next_ must be streamed once ahead_ is empty
  std::optional<Error> broken_;  // after the stretches in ahead_, nothing can be planned
  std::optional<Error> fault_;   // final; comes after ready_
  bool ended_ = false;
};

}  // namespace gophercap::io
