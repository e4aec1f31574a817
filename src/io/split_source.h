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
#include "io/decode_pool.h"
#include "io/input_block.h"
#include "io/splitter.h"
#include "io/stream_decoder.h"

namespace gophercap::io {

// Gives the bytes and the fault that the format's stream decoder gives, whatever the number of
// helpers: that decoder takes over wherever a piece can't be cut or doesn't decode, from the
// beginning of that very frame. So the raw input is read, and pieces are cut, by the reader's
// thread alone; only the decoding of whole pieces is given away.
//
// Memory: that of the pool for a source, or one segment where that is more. An input of one small
// frame costs a buffer for its compressed and one for its plain bytes.
class SplitSource final : public ByteSource {
 public:
  // REQUIRES: `pool` outlives the source.
  SplitSource(std::unique_ptr<ByteSource> raw, std::unique_ptr<Splitter> splitter,
              DecodePool& pool);
  ~SplitSource() override;
  SplitSource(const SplitSource&) = delete;
  SplitSource& operator=(const SplitSource&) = delete;

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  struct Slot {
    Slot(const SplitSource* owner, std::unique_ptr<SegmentDecoder> its_decoder)
        : decoder(std::move(its_decoder)), task(owner, [this] { decoder->decode(segment); }) {}
    Segment segment;
    const std::unique_ptr<SegmentDecoder> decoder;
    DecodePool::Task task;
  };

  void next_segment();
  void cut_ahead();
  bool may_cut() const;
  std::unique_ptr<Slot> free_slot();
  void let_go(std::unique_ptr<Slot> slot);
  void go_streaming(size_t good_packed);
  void next_step(std::span<uint8_t> out);

  DecodePool& pool_;
  const std::unique_ptr<Splitter> splitter_;
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
