#include "archive/tar/read_ahead.h"

#include <chrono>
#include <utility>

namespace gophercap::archive {
namespace {

// The longest time until a waiting thread notices a stop request.
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

ReadAhead::ReadAhead(std::unique_ptr<io::ByteSource> source, std::stop_token stop)
    : source_(std::move(source)), stop_(std::move(stop)), free_(kBlocks) {
  thread_.start_up_to(1, [this](size_t) { run(); });
}

void ReadAhead::close() noexcept {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
}

bool ReadAhead::fill(Block& block, std::optional<Error>& fault) {
  if (block.bytes == nullptr) block.bytes = io::make_page_bytes(kBlockBytes);
  block.size = 0;
  while (block.size < kBlockBytes && !stop_.stop_requested()) {
    const Result<size_t> got =
        source_->read({block.bytes.get() + block.size, kBlockBytes - block.size});
    if (!got) {
      fault = got.error();
      return false;
    }
    if (*got == 0) return false;
    block.size += *got;
  }
  return !stop_.stop_requested();
}

void ReadAhead::run() {
  bool more = true;
  while (more) {
    Block block;
    {
      const MutexLock lock(mutex_);
      while (free_.empty() && !closing_) changed_.wait(mutex_);
      if (closing_) return;
      block = std::move(free_.back());
      free_.pop_back();
    }
    std::optional<Error> fault;
    more = fill(block, fault);
    {
      const MutexLock lock(mutex_);
      if (block.size > 0) full_.push_back(std::move(block));
      ended_ = !more;
      fault_ = std::move(fault);
    }
    changed_.notify_all();
  }
}

Result<std::span<const uint8_t>> ReadAhead::next_here() {
  if (!ended_) {
    ended_ = !fill(lent_, fault_);
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    if (lent_.size > 0) return std::span<const uint8_t>(lent_.bytes.get(), lent_.size);
  }
  if (fault_) return *fault_;
  return std::span<const uint8_t>();
}

Result<std::span<const uint8_t>> ReadAhead::next() {
  const MutexLock lock(mutex_);
  if (!thread_.refusal()) return next_here();
  if (lent_.bytes != nullptr) {
    free_.push_back(std::move(lent_));
    changed_.notify_all();
  }
  while (full_.empty() && !ended_ && !thread_.failed() && !stop_.stop_requested())
    changed_.wait_for(mutex_, kLook);
  if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
  if (full_.empty()) {
    if (fault_) return *fault_;
    TRY_VOID(thread_.result());
    return std::span<const uint8_t>();
  }
  lent_ = std::move(full_.front());
  full_.pop_front();
  return std::span<const uint8_t>(lent_.bytes.get(), lent_.size);
}

}  // namespace gophercap::archive
