#include "io/stretch_source.h"

#include <algorithm>

#include "io/stream_decoder.h"

namespace gophercap::io {

StretchSource::StretchSource(std::unique_ptr<CheckpointedStream> stream, Checkpoint first,
                             uint64_t end, DecodePool* pool)
    : stream_(std::move(stream)), pool_(pool), end_(end), next_(std::move(first)) {}

StretchSource::~StretchSource() {
  for (const std::unique_ptr<Stretch>& stretch : ahead_) pool_->withdraw(stretch->task);
}

void StretchSource::Stretch::decode(CheckpointedStream& stream) noexcept {
  room.reserve(size_bytes);
  Result<std::unique_ptr<ByteSource>> source = stream.open_at(std::move(begin), nullptr);
  size_t filled = 0;
  if (!source) fault = std::move(source).error();
  while (!fault && filled < size_bytes) {
    const Result<size_t> got =
        (*source)->read({room.data() + filled, std::min(size_bytes - filled, kDecodingStep)});
    if (!got) fault = got.error();
    if (!got || *got == 0) break;
    filled += *got;
  }
  plain = {room.data(), filled};
}

Result<size_t> StretchSource::read(std::span<uint8_t> out) {
  if (out.empty()) return size_t{0};
  while (ready_.empty()) {
    if (fault_) return *fault_;
    if (ended_) return size_t{0};
    if (streaming_ == nullptr) {
      go_on();
      continue;
    }
    Result<size_t> got = read_streaming(out);
    if (!got) fault_ = got.error();
    if (got && *got > 0) return got;
  }
  const size_t count = std::min(ready_.size(), out.size());
  std::copy_n(ready_.data(), count, out.data());
  ready_ = ready_.subspan(count);
  return count;
}

// 0: the stretch has been read to its end, or the stream ends in it.
Result<size_t> StretchSource::read_streaming(std::span<uint8_t> out) {
  if (streaming_left_ == 0) {
    streaming_.reset();
    return size_t{0};
  }
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(out.size(), streaming_left_));
  TRY(const size_t got, streaming_->read(out.first(wanted)));
  ended_ = got == 0;
  streaming_left_ -= got;
  return got;
}

// To the next stretch: afterwards it is ready_ or streaming_, or there is none.
void StretchSource::go_on() {
  if (current_ != nullptr) {
    held_bytes_ -= current_->size_bytes;
    spare_.push_back(std::move(current_->room));
    current_.reset();
  }
  while (next_ && !broken_ && may_plan()) {
    if (Result<> planned = plan_next(); !planned) broken_ = std::move(planned).error();
  }
  if (ahead_.empty()) {
    fault_ = std::move(broken_);
    ended_ = streaming_ == nullptr;
    return;
  }
  current_ = std::move(ahead_.front());
  ahead_.pop_front();
  pool_->finish(current_->task);
  ready_ = current_->plain;
  fault_ = std::move(current_->fault);
  ended_ = ready_.size() < current_->size_bytes;
}

// As many as the helpers have at hand and next, and one for this thread. A stretch that is decoded
// as it is read has none beside it.
bool StretchSource::may_plan() const noexcept {
  if (streaming_ != nullptr) return false;
  if (ahead_.empty()) return true;
  return !must_stream_ && ahead_.size() <= size_t{2} * pool_->helpers() &&
         held_bytes_ + kMostAhead <= pool_->memory_per_source();
}

// REQUIRES: next_.
Result<> StretchSource::plan_next() {
  TRY(std::optional<Checkpoint> behind, stream_->checkpoint_behind(next_->plain_offset));
  if (behind && behind->plain_offset <= next_->plain_offset)
    return Error{Errc::kCorrupt, 0, "checkpoints that are out of order"};
  if (behind && behind->plain_offset >= end_) behind.reset();
  const uint64_t until = behind ? behind->plain_offset : end_;
  const uint64_t size_bytes = until - std::min(next_->plain_offset, until);
  must_stream_ = !somebody_helps() || first_ || size_bytes > kMostAhead;
  if (must_stream_ && !ahead_.empty()) return {};  // they come first
  if (must_stream_) {
    TRY(streaming_, stream_->open_at(*std::move(next_), pool_));
    streaming_left_ = size_bytes;
    must_stream_ = false;
    first_ = false;
  } else {
    ByteBuffer room;
    if (!spare_.empty()) {
      room = std::move(spare_.back());
      spare_.pop_back();
    }
    ahead_.push_back(std::make_unique<Stretch>(*this, *std::move(next_),
                                               static_cast<size_t>(size_bytes), std::move(room)));
    held_bytes_ += ahead_.back()->size_bytes;
    pool_->offer(ahead_.back()->task);
  }
  next_ = std::move(behind);
  return {};
}

}  // namespace gophercap::io
