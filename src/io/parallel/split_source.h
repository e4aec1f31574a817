// Decompresses ahead of its reader on several threads, if the format can be cut into pieces.
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

// Gives the same bytes and the same fault as the format's stream decoder, for any number of
// helpers. Whenever a piece cannot be cut or decoded, the stream decoder takes over from the
// beginning of that frame. Only the reader's thread reads the raw input and cuts it; only the
// decoding of whole pieces is passed to helpers.
//
// Checkpoints are places between frames where a piece was cut, and the places that the stream
// decoder finds, which may lie inside a frame. Which ones are found depends on the helpers, but
// there is always one soon after a place where one is wanted.
//
// Memory: the pool's limit for a source, or one segment if that is more. An input of one small
// frame needs one buffer for its compressed bytes and one for its plain bytes.
class SplitSource final : public ByteSource {
 public:
  // REQUIRES: `pool` and `checkpoints`, if not null, outlive the source.
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
    uint64_t stored_offset = 0;  // offset in the raw input
    const std::unique_ptr<SegmentDecoder> decoder;
    DecodePool::Task task;
  };

  // Passes on the checkpoints of the stream decoder, which counts from where it took over, with
  // offsets in the whole stream.
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
    // Set if the splitter has put a made-up frame header in front of the input, so that the
    // decoder's "beginning of a frame" is not a real one.
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
  uint64_t plain_bytes_ = 0;     // decoded by any thread
  uint64_t streamed_bytes_ = 0;  // of these, decoded by the stream decoder
  InputBlock in_;
  std::deque<std::unique_ptr<Slot>> ahead_;  // in input order; owned by the pool
  std::vector<std::unique_ptr<Slot>> free_;
  std::unique_ptr<Slot> current_;          // ready_ points into it
  std::unique_ptr<StreamDecoder> stream_;  // null until needed
  std::unique_ptr<uint8_t[]> staging_;     // output of one step of stream_
  std::span<const uint8_t> ready_;         // decoded, but not returned yet
  std::optional<Error> fault_;             // comes after ready_
  size_t held_bytes_ = 0;                  // held by slots
  bool nothing_to_cut_ = false;
  bool streaming_ = false;
  bool first_ = true;  // true until something has been decoded
  bool ended_ = false;
};

}  // namespace gophercap::io
