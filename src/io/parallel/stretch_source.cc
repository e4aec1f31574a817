#include "io/parallel/stretch_source.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "io/codec/stream_decoder.h"
#include "io/memory/memory_bound.h"

namespace gophercap::io {

StretchSource::StretchSource(std::unique_ptr<CheckpointedStream> stream, Checkpoint first,
                             uint64_t end, DecodePool* pool)
    : stream_(std::move(stream)),
      pool_(pool),
      end_(end),
      next_(std::make_unique<Checkpoint>(std::move(first))) {}

// Withdraws from the back, so that no helper begins a stretch that is no longer needed.
StretchSource::~StretchSource() {
  for (auto stretch = ahead_.rbegin(); stretch != ahead_.rend(); ++stretch)
    pool_->withdraw((*stretch)->task);
}

StretchSource::EndCheck::EndCheck(const Checkpoint& begin, uint64_t size_bytes,
                                  const Checkpoint* behind) {
  if (behind == nullptr) return;
  kind_ = Kind::kBetweenFrames;
  if (!behind->inside_member) return;
  expected_crc_ = behind->member_crc;
  const auto size = static_cast<uint32_t>(size_bytes);  // modulo 2^32, like member_size
  if (behind->member_size == begin.member_size + size) {
    kind_ = Kind::kChecksum;
    crc_ = begin.member_crc;
  } else if (behind->member_size <= size_bytes) {
    kind_ = Kind::kChecksum;
    ignored_ = size_bytes - behind->member_size;
  } else {
    // Lengths are known modulo 2^32.
    kind_ = size_bytes == size ? Kind::kImpossible : Kind::kNone;
  }
}

void StretchSource::EndCheck::add(std::span<const uint8_t> bytes) noexcept {
  if (kind_ != Kind::kChecksum) return;
  const auto ignored = static_cast<size_t>(std::min<uint64_t>(ignored_, bytes.size()));
  ignored_ -= ignored;
  bytes = bytes.subspan(ignored);
  crc_ = crc32_gzip_refl(crc_, bytes.data(), bytes.size());
}

Result<> StretchSource::EndCheck::finish(ByteSource& rest) {
  if (kind_ == Kind::kNone) return {};
  if (kind_ == Kind::kImpossible)
    return Error{Errc::kCorrupt, 0, "checkpoints that contradict each other"};
  if (kind_ == Kind::kChecksum && crc_ != expected_crc_)
    return Error{Errc::kCorrupt, 0, "gzip: the checksum is wrong"};
  // A decoder checks the checksum of a frame only when the data after it is read.
  constexpr size_t kEnough = 64;
  behind_.resize(kEnough);
  const Result<size_t> got = rest.read(behind_);
  behind_.resize(got ? *got : 0);
  if (!got && kind_ == Kind::kBetweenFrames) return got.error();
  return {};
}

void StretchSource::Stretch::decode(CheckpointedStream& stream) noexcept {
  const NothingTaken nothing_taken;
  size_t filled = 0;
  try {
    fill(stream, filled);
  } catch (const std::bad_alloc&) {
    fault = errno_error(ENOMEM, "decompressing");
  }
  plain = {room.data(), filled};
}

void StretchSource::Stretch::fill(CheckpointedStream& stream, size_t& filled) {
  room.reserve(size_bytes);
  Result<std::unique_ptr<ByteSource>> source = stream.open_at(std::move(begin), nullptr);
  if (!source) fault = source.error();
  while (!fault && filled < size_bytes) {
    const Result<size_t> got =
        (*source)->read({room.data() + filled, std::min(size_bytes - filled, kDecodingStep)});
    if (!got) fault = got.error();
    if (!got || *got == 0) return;
    check.add({room.data() + filled, *got});
    filled += *got;
  }
  if (fault) return;
  if (Result<> checked = check.finish(**source); !checked) fault = std::move(checked).error();
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

// Checks the next bytes of a stretch, in order.
Result<> StretchSource::check_joint(std::span<const uint8_t> bytes) {
  const auto known = static_cast<std::ptrdiff_t>(std::min(bytes.size(), joint_.size()));
  if (!std::equal(joint_.begin(), joint_.begin() + known, bytes.begin()))
    return Error{Errc::kCorrupt, 0, "an invalid checkpoint"};
  joint_.erase(joint_.begin(), joint_.begin() + known);
  return {};
}

// Returns 0 if the stretch has been read to its end, or the stream ends in it.
Result<size_t> StretchSource::read_streaming(std::span<uint8_t> out) {
  if (streaming_left_ == 0) {
    const std::unique_ptr<ByteSource> source = std::move(streaming_);
    TRY_VOID(streaming_check_.finish(*source));
    joint_ = streaming_check_.take_behind();
    return size_t{0};
  }
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(out.size(), streaming_left_));
  TRY(const size_t got, streaming_->read(out.first(wanted)));
  ended_ = got == 0;
  streaming_left_ -= got;
  TRY_VOID(check_joint(out.first(got)));
  streaming_check_.add(out.first(got));
  return got;
}

// Goes to the next stretch. Afterwards it is ready_ or streaming_, or there is none.
void StretchSource::go_on() {
  if (current_ != nullptr) {
    held_bytes_ -= current_->held_bytes();
    spare_ = std::move(current_->room);
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
  if (Result<> joined = check_joint(ready_); !joined) {
    ready_ = {};
    fault_ = std::move(joined).error();
  }
  joint_ = current_->check.take_behind();
}

// Allows as many stretches as the helpers work on now and next, plus one for this thread. While a
// stretch is decoded as it is read, no others are planned.
bool StretchSource::may_plan() noexcept {
  if (streaming_ != nullptr) return false;
  if (ahead_.empty()) return true;
  return !must_stream_ && ahead_.size() <= size_t{2} * pool_->helpers() &&
         held_bytes_ + kMostAhead <= memory_.grow_once(pool_->memory_per_source());
}

// REQUIRES: next_.
Result<> StretchSource::plan_next() {
  TRY(std::optional<Checkpoint> found, stream_->checkpoint_behind(next_->plain_offset));
  auto behind = found ? std::make_unique<Checkpoint>(*std::move(found)) : nullptr;
  if (behind && behind->plain_offset <= next_->plain_offset)
    return Error{Errc::kCorrupt, 0, "checkpoints that are out of order"};
  if (behind && behind->plain_offset >= end_) behind.reset();
  const uint64_t until = behind ? behind->plain_offset : end_;
  const uint64_t size_bytes = until - std::min(next_->plain_offset, until);
  must_stream_ = !somebody_helps() || first_ || size_bytes > kMostAhead ||
                 pool_->memory_per_source() < kMostAhead;
  if (must_stream_ && !ahead_.empty()) return {};  // those in ahead_ come first
  const EndCheck check(*next_, size_bytes, behind.get());
  if (must_stream_) {
    // Helpers cannot know where the reader will stop, and would mostly work in vain on sources that
    // end soon.
    TRY(streaming_, stream_->open_at(std::move(*next_), size_bytes > kMostAhead ? pool_ : nullptr));
    streaming_left_ = size_bytes;
    streaming_check_ = check;
    must_stream_ = false;
    first_ = false;
  } else {
    ahead_.push_back(std::make_unique<Stretch>(*this, std::move(*next_),
                                               static_cast<size_t>(size_bytes), check,
                                               std::exchange(spare_, {})));
    held_bytes_ += ahead_.back()->held_bytes();
    pool_->offer(ahead_.back()->task);
  }
  next_ = std::move(behind);
  return {};
}

}  // namespace gophercap::io
