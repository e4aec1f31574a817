#include "io/parallel/split_source.h"

#include <algorithm>
#include <utility>

namespace gophercap::io {
namespace {

// A slot without a segment keeps only buffers up to this size.
constexpr size_t kKeptBuffer = size_t{1} << 20;
// The most that a segment may need, with some reserve because buffers grow in steps.
constexpr size_t kMost = SplitLimits().most_packed + SplitLimits().most_plain + (size_t{2} << 20);

size_t held_by(const Segment& segment) {
  return segment.packed.capacity() + segment.room.capacity();
}

}  // namespace

SplitSource::SplitSource(std::unique_ptr<ByteSource> raw, std::unique_ptr<Splitter> splitter,
                         DecodePool& pool, CheckpointSink* checkpoints)
    : pool_(pool), splitter_(std::move(splitter)), checkpoints_(checkpoints), in_(std::move(raw)) {}

SplitSource::~SplitSource() {
  for (const std::unique_ptr<Slot>& slot : ahead_) pool_.withdraw(slot->task);
}

Result<size_t> SplitSource::read(std::span<uint8_t> out) {
  while (ready_.empty()) {
    if (fault_) return *fault_;
    if (ended_) return size_t{0};
    if (!streaming_) {
      next_segment();
    } else if (out.size() >= kDecodingStep) {
      next_step(out.first(kDecodingStep));
      // Decoded directly into the caller's buffer, so there is nothing to copy.
      if (!ready_.empty()) return std::exchange(ready_, {}).size();
    } else {
      if (staging_ == nullptr) staging_.reset(new uint8_t[kDecodingStep]);
      next_step({staging_.get(), kDecodingStep});
    }
  }
  const size_t count = std::min(ready_.size(), out.size());
  std::copy_n(ready_.data(), count, out.data());
  ready_ = ready_.subspan(count);
  return count;
}

// Runs one step of the stream decoder. At the end of a frame, the splitter tries again.
void SplitSource::next_step(std::span<uint8_t> out) {
  size_t produced = 0;
  Result<Decoding> result = stream_->decode(in_, out, produced);
  if (!result) {
    fault_ = std::move(result).error();
  } else if (*result == Decoding::kEnd) {
    ended_ = true;
  } else if (stream_->between_frames()) {
    streaming_ = false;
  }
  first_ = false;
  checkpoints_.set_within_frame(false);
  plain_bytes_ += produced;
  streamed_bytes_ += produced;
  ready_ = out.first(produced);
}

void SplitSource::next_segment() {
  if (current_ != nullptr) let_go(std::move(current_));
  cut_ahead();
  if (ahead_.empty()) {
    go_streaming(0);
    return;
  }
  current_ = std::move(ahead_.front());
  ahead_.pop_front();
  pool_.finish(current_->task);
  const Segment& segment = current_->segment;
  ready_ = segment.plain;
  if (segment.good_packed > 0) {
    first_ = false;
    CheckpointSink* const sink = checkpoints_.sink();
    if (sink != nullptr && !segment.within_frame && sink->wanted(plain_bytes_))
      sink->add({.plain_offset = plain_bytes_, .stored_offset = current_->stored_offset});
    plain_bytes_ += segment.plain.size();
  }
  if (Result<> checked = splitter_->check(segment); !checked) {
    fault_ = std::move(checked).error();
  } else if (segment.good_packed < segment.packed.size()) {
    go_streaming(segment.good_packed);
  }
}

void SplitSource::cut_ahead() {
  while (!nothing_to_cut_ && may_cut()) {
    std::unique_ptr<Slot> slot = free_slot();
    Segment& segment = slot->segment;
    held_bytes_ -= held_by(segment);
    slot->stored_offset = in_.position();
    const bool any = splitter_->cut(in_, segment);
    if (any) segment.room.reserve(Segment::kGuard + segment.plain_limit);
    held_bytes_ += held_by(segment);
    if (!any) {
      let_go(std::move(slot));
      nothing_to_cut_ = true;
      return;
    }
    pool_.offer(slot->task);
    ahead_.push_back(std::move(slot));
  }
}

// Allows as many segments as the helpers work on now and next, plus one for this thread. If memory
// is short, one.
bool SplitSource::may_cut() {
  if (ahead_.empty()) return true;
  if (ahead_.size() > size_t{2} * pool_.helpers()) return false;
  return held_bytes_ + kMost <= memory_.grow_once(pool_.memory_per_source());
}

std::unique_ptr<SplitSource::Slot> SplitSource::free_slot() {
  if (free_.empty()) return std::make_unique<Slot>(this, splitter_->make_segment_decoder());
  std::unique_ptr<Slot> slot = std::move(free_.back());
  free_.pop_back();
  return slot;
}

void SplitSource::let_go(std::unique_ptr<Slot> slot) {
  Segment& segment = slot->segment;
  held_bytes_ -= held_by(segment);
  for (ByteBuffer* buffer : {&segment.packed, &segment.room}) {
    buffer->truncate(0);
    if (buffer->capacity() > kKeptBuffer) buffer->free();
  }
  segment.plain_limit = 0;
  segment.note = 0;
  segment.within_frame = false;
  segment.plain = {};
  segment.good_packed = 0;
  held_bytes_ += held_by(segment);
  free_.push_back(std::move(slot));
}

// Lets the stream decoder take over after the first `good_packed` bytes of the current segment.
// Everything cut after them is put back.
void SplitSource::go_streaming(size_t good_packed) {
  std::vector<uint8_t> again = splitter_->resume();
  checkpoints_.set_within_frame(!again.empty());
  const auto put_back = [&again](std::span<const uint8_t> bytes) {
    again.insert(again.end(), bytes.begin(), bytes.end());
  };
  if (current_ != nullptr) put_back(current_->segment.packed.bytes().subspan(good_packed));
  for (std::unique_ptr<Slot>& slot : ahead_) {
    pool_.withdraw(slot->task);
    put_back(slot->segment.packed.bytes());
    let_go(std::move(slot));
  }
  ahead_.clear();
  if (!again.empty()) in_.put_back(again);
  checkpoints_.set_base(plain_bytes_ - streamed_bytes_);
  if (stream_ == nullptr) {
    stream_ = splitter_->make_stream_decoder(
        first_, checkpoints_.sink() != nullptr ? &checkpoints_ : nullptr);
  }
  streaming_ = true;
  nothing_to_cut_ = false;
}

}  // namespace gophercap::io
