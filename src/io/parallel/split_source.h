// Decompresses ahead of its reader, on several threads, what a format allows to cut.
#pragma once

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
#include "io/codec/input_block.h"
#include "io/codec/stream_decoder.h"
#include "io/memory/memory_bound.h"
#include "io/parallel/decode_pool.h"
#include "io/parallel/splitter.h"

namespace gophercap::io {

// Gives the bytes and the fault that the format's stream decoder gives, whatever the number of
// helpers: that decoder takes over wherever a piece can't be cut or doesn't decode, from the
// beginning of that very frame. So the raw input is read, and pieces are cut, by the reader's
// thread alone; only the decoding of whole pieces is given away.
//
// Checkpoints are places before frames: where a piece was cut, and where the stream decoder finds
// one, also in the middle of a frame where the format has such. Which of them depends on the
// helpers; that there is one soon behind where it is wanted does not.
//
// Memory: that of the pool for a source, or one segment where that is more. An input of one small
// frame costs a buffer for its compressed and one for its plain bytes.
class SplitSource final : public ByteSource {
 public:
  // REQUIRES: `pool` and `checkpoints`, which may be null, outlive the source.
  SplitSource(std::unique_ptr<ByteSource> raw, std::unique_ptr<Splitter> splitter, DecodePool& pool,
              CheckpointSink* checkpoints = nullptr);
  ~SplitSource() override;
  SplitSource(const SplitSource&) = delete;
  SplitSource& operator=(const SplitSource&) = delete;

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  struct Slot {
    Slot(const SplitSource* owner, std::unique_ptr<SegmentDecoder> its_decoder)
        : decoder(std::move(its_decoder)), task(owner, [this] { decoder->decode(segment); }) {}
    Segment segment;
    uint64_t stored_offset = 0;  // in the raw input
    const std::unique_ptr<SegmentDecoder> decoder;
    DecodePool::Task task;
  };

  // What the stream decoder finds, by the offsets of the whole: it counts the bytes of its own.
  class Rebased final : public CheckpointSink {
   public:
    explicit Rebased(CheckpointSink* sink) : sink_(sink) {}
    bool wanted(uint64_t plain_offset) const noexcept override {
      return !within_frame_ && sink_->wanted(base_ + plain_offset);
    }
    void add(Checkpoint checkpoint) override {
      checkpoint.plain_offset += base_;
      sink_->add(std::move(checkpoint));
    }
    void set_base(uint64_t base) noexcept { base_ = base; }
    // What it is going to take for the beginning of a frame was made up by the splitter.
    void set_within_frame(bool within) noexcept { within_frame_ = within; }
    CheckpointSink* sink() const noexcept { return sink_; }

   private:
    CheckpointSink* const sink_;
    uint64_t base_ = 0;
    bool within_frame_ = false;
  };

  void next_segment();
  void cut_ahead();
  bool may_cut();
  std::unique_ptr<Slot> free_slot();
  void let_go(std::unique_ptr<Slot> slot);
  void go_streaming(size_t good_packed);
  void next_step(std::span<uint8_t> out);

  DecodePool& pool_;
  MemoryShare memory_;  // for what is decoded ahead
  const std::unique_ptr<Splitter> splitter_;
  Rebased checkpoints_;
  uint64_t plain_bytes_ = 0;     // decoded, by whomever
  uint64_t streamed_bytes_ = 0;  // of these, by the stream decoder
  InputBlock in_;
  std::deque<std::unique_ptr<Slot>> ahead_;  // in the order of the input; the pool's
  std::vector<std::unique_ptr<Slot>> free_;
  std::unique_ptr<Slot> current_;          // ready_ is part of it
  std::unique_ptr<StreamDecoder> stream_;  // none before it is needed
  std::unique_ptr<uint8_t[]> staging_;     // for a step of it
  std::span<const uint8_t> ready_;         // decoded, and not yet given out
  std::optional<Error> fault_;             // comes behind ready_
  size_t held_bytes_ = 0;                  // by slots
  bool nothing_to_cut_ = false;
  bool streaming_ = false;
  bool first_ = true;  // nothing has been decoded
  bool ended_ = false;
};

}  // namespace gophercap::io
