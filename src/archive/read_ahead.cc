#include "archive/read_ahead.h"

#include <chrono>
#include <utility>

namespace gophercap::archive {
namespace {

// How long a stop may stay unseen by somebody who waits.
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

ReadAhead::ReadAhead(std::unique_ptr<io::ByteSource> source, std::stop_token stop)
    : source_(std::move(source)), stop_(std::move(stop)), thread_([this] { run(); }) {}

ReadAhead::~ReadAhead() {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
}

bool ReadAhead::fill(Block& block, std::optional<Error>& fault) {
  if (block.bytes == nullptr) block.bytes.reset(new uint8_t[kBlockBytes]);
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
    size_t index = 0;
    {
      const MutexLock lock(mutex_);
      while (filled_ - taken_ == kBlocks && !closing_) changed_.wait(mutex_);
      if (closing_) return;
      index = filled_ % kBlocks;
    }
    std::optional<Error> fault;
    more = fill(blocks_[index], fault);
    {
      const MutexLock lock(mutex_);
      if (blocks_[index].size > 0) ++filled_;
      ended_ = !more;
      fault_ = std::move(fault);
    }
    changed_.notify_all();
  }
}

Result<std::span<const uint8_t>> ReadAhead::next() {
  const MutexLock lock(mutex_);
  if (std::exchange(lent_, false)) {
    ++taken_;
    changed_.notify_all();
  }
  while (filled_ == taken_ && !ended_ && !stop_.stop_requested()) changed_.wait_for(mutex_, kLook);
  if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
  if (filled_ == taken_) {
    if (fault_) return *fault_;
    return std::span<const uint8_t>();
  }
  lent_ = true;
  const Block& block = blocks_[taken_ % kBlocks];
  return std::span<const uint8_t>(block.bytes.get(), block.size);
}

}  // namespace gophercap::archive
