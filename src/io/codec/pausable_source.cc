#include "io/codec/pausable_source.h"

#include <algorithm>
#include <utility>

#include "io/codec/stream_decoder.h"

namespace gophercap::io {
namespace {

// For gzip, each checkpoint holds 32 KiB.
constexpr uint64_t kSpacing = uint64_t{1} << 20;

MemoryBound& bound() noexcept {
  return MemoryBound::of_process();
}

}  // namespace

bool PausableSource::Keeper::wanted(uint64_t plain_offset) const noexcept {
  const uint64_t newest = next_ ? next_->plain_offset : last_ ? last_->plain_offset : 0;
  return base_plain_ + plain_offset >= newest + kSpacing;
}

void PausableSource::Keeper::add(Checkpoint checkpoint) {
  checkpoint.plain_offset += base_plain_;
  checkpoint.stored_offset += base_stored_;
  if (next_ && next_->plain_offset > read_) return;
  if (next_) last_ = std::move(next_);
  next_ = std::make_unique<Checkpoint>(std::move(checkpoint));
}

void PausableSource::Keeper::set_base(const Checkpoint& from) noexcept {
  base_plain_ = from.plain_offset;
  base_stored_ = from.stored_offset;
}

Checkpoint PausableSource::Keeper::last() const {
  if (next_ && next_->plain_offset <= read_) return *next_;
  return last_ ? *last_ : Checkpoint();
}

PausableSource::PausableSource(std::unique_ptr<ByteSource> source, Open open, std::stop_token stop)
    : source_(std::move(source)), open_(std::move(open)), stop_(std::move(stop)) {
  bound().enter();
}

PausableSource::~PausableSource() {
  if (paused_) bound().resume(*this);
  source_.reset();
  bound().leave();
}

void PausableSource::pause() {
  if (paused_) return;
  if (keeper_ != nullptr) keeper_->set_read(offset_);
  bound().pause(*this);
  paused_ = true;
}

Result<size_t> PausableSource::read(std::span<uint8_t> out) {
  if (paused_) {
    bound().resume(*this);
    paused_ = false;
  }
  if (fault_ != nullptr) return *fault_;
  Result<size_t> got = attempt(out);
  if (!got && got.error().cause == Cause::kMemoryInUse) got = wait_and_retry(out);
  if (got) {
    offset_ += *got;
    if (keeper_ != nullptr) keeper_->set_read(offset_);
  } else {
    fault_ = std::make_unique<const Error>(got.error());
  }
  return got;
}

Result<size_t> PausableSource::attempt(std::span<uint8_t> out) {
  if (source_ == nullptr) TRY_VOID(open_again());
  return source_->read(out);
}

// Returns to the place that was read last. REQUIRES: the decoder is closed.
Result<> PausableSource::open_again() {
  if (keeper_ == nullptr) keeper_ = std::make_unique<Keeper>();
  keeper_->set_read(offset_);
  Checkpoint from = keeper_->last();
  keeper_->set_base(from);
  uint64_t left = offset_ - from.plain_offset;
  TRY(source_, open_(std::move(from), keeper_.get()));
  const std::unique_ptr<uint8_t[]> scratch(left > 0 ? new uint8_t[kDecodingStep] : nullptr);
  while (left > 0) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(left, kDecodingStep));
    TRY(const size_t got, source_->read({scratch.get(), wanted}));
    if (got == 0) return Error{Errc::kIo, 0, "the file has changed while it was read"};
    left -= got;
  }
  return {};
}

Result<size_t> PausableSource::wait_and_retry(std::span<uint8_t> out) {
  source_.reset();
  bound().leave();
  const MutexLock turn(bound().turn());
  while (true) {
    const bool alone = !bound().wait_for_room(stop_);
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    const uint64_t entries = bound().entries();
    Result<size_t> got = attempt(out);
    if (got || got.error().cause != Cause::kMemoryInUse) return got;
    source_.reset();
    if (alone && bound().entries() == entries) {
      Error error = std::move(got).error();
      error.cause = Cause::kOther;  // nobody will return any
      return error;
    }
    bound().leave();
  }
}

}  // namespace gophercap::io
