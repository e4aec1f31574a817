// Decompresses from checkpoint to checkpoint, several stretches at once.
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

// A compressed stream, by its checkpoints.
class CheckpointedStream {
 public:
  virtual ~CheckpointedStream() = default;

  // The first checkpoint behind `plain_offset`; none: there is no more. Called by the thread that
  // reads.
  virtual Result<std::optional<Checkpoint>> checkpoint_behind(uint64_t plain_offset) = 0;

  // The plain bytes from there on; `pool` as in decode_from(). Any thread, several at once.
  virtual Result<std::unique_ptr<ByteSource>> open_at(Checkpoint checkpoint, DecodePool* pool) = 0;
};

// The plain bytes of a stream from a checkpoint on. Decoding begins anew at each checkpoint,
// whatever the number of helpers, so that the bytes and the fault are the same with any number of
// them, and without.
//
// What a stretch gave is held against the next checkpoint: its checksum inside a gzip member, what
// stands between two frames otherwise. What a decoder gives behind a checkpoint, and what one gives
// that begins there, has to be the same.
//
// Memory: what is decoded ahead stays below that of the pool for a source. The first stretch is
// decoded as it is read, so that a source that was only opened, or ends in it, needs none; so are
// stretches that are longer than kMostAhead, and all where nobody helps.
class StretchSource final : public ByteSource {
 public:
  static constexpr uint64_t kMostAhead = uint64_t{24} << 20;

  // Nothing is decoded from `end` on, an offset in the plain bytes. `pool` may be null. REQUIRES:
  // it outlives the source.
  StretchSource(std::unique_ptr<CheckpointedStream> stream, Checkpoint first, uint64_t end,
                DecodePool* pool);
  ~StretchSource() override;
  StretchSource(const StretchSource&) = delete;
  StretchSource& operator=(const StretchSource&) = delete;

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  // What has to be true where a stretch ends. Is shown its bytes, in order.
  class EndCheck {
   public:
    EndCheck() = default;
    // `behind`: the checkpoint there; null: nothing is known.
    EndCheck(const Checkpoint& begin, uint64_t size_bytes, const Checkpoint* behind);
    void add(std::span<const uint8_t> bytes) noexcept;
    // Once all were shown. `rest` is what they came from.
    Result<> finish(ByteSource& rest);
    // The first bytes behind, by the decoder that came from before.
    std::vector<uint8_t> take_behind() noexcept { return std::move(behind_); }

   private:
    enum class Kind : uint8_t { kNone, kBetweenFrames, kChecksum, kImpossible };
    Kind kind_ = Kind::kNone;
    uint64_t ignored_ = 0;  // bytes of members before the one of the checksum
    uint32_t crc_ = 0;
    uint32_t expected_crc_ = 0;
    std::vector<uint8_t> behind_;
  };

  // From one checkpoint to the next one.
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
    std::span<const uint8_t> plain;  // in `room`; less: here the stream ends, or has a fault
    std::optional<Error> fault;      // behind them
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
  // Where the first stretch not in ahead_ begins. In an optional g++ 12 takes its window for
  // uninitialized at -O3.
  std::unique_ptr<Checkpoint> next_;
  std::deque<std::unique_ptr<Stretch>> ahead_;  // in order; the pool's
  std::unique_ptr<Stretch> current_;            // decoded; ready_ is part of it
  ByteBuffer spare_;                            // memory that has been paid for
  size_t held_bytes_ = 0;                       // of current_ and ahead_
  std::span<const uint8_t> ready_;              // not yet given out
  std::unique_ptr<ByteSource> streaming_;       // a stretch that is decoded as it is read
  uint64_t streaming_left_ = 0;
  EndCheck streaming_check_;
  std::vector<uint8_t> joint_;  // what the next stretch has to begin with, as far as it is known
  bool first_ = true;
  bool must_stream_ = false;     // what begins at next_, once ahead_ is empty
  std::optional<Error> broken_;  // behind ahead_ nothing can be planned
  std::optional<Error> fault_;   // final; comes behind ready_
  bool ended_ = false;
};

}  // namespace gophercap::io
