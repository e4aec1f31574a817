#include "io/parallel/decode_pool.h"

#include <algorithm>
#include <utility>

namespace gophercap::io {

DecodePool::DecodePool(unsigned helpers, size_t sources, size_t memory_per_source)
    : helpers_(helpers),
      sources_(std::max<size_t>(sources, 1)),
      memory_per_source_(memory_per_source) {}

void DecodePool::close() noexcept {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  ready_.notify_all();
}

void DecodePool::offer(Task& task) {
  if (helpers_ == 0) return;
  {
    const MutexLock lock(mutex_);
    // If fewer threads can be created, these are used. Without any, the thread that needs a task
    // runs it.
    if (!begun_) threads_.start_up_to(helpers_, [this](size_t) { help(); });
    begun_ = true;
    offered_.push_back(&task);
    task.state_ = Task::State::kOffered;
  }
  ready_.notify_one();
}

void DecodePool::finish(Task& task) {
  const MutexLock lock(mutex_);
  if (task.state_ == Task::State::kOffered) forget(task);
  if (task.state_ == Task::State::kIdle) run(task);
  while (task.state_ != Task::State::kDone) {
    if (!run_other_of(task.owner_)) done_.wait(mutex_);
  }
  task.state_ = Task::State::kIdle;
  if (task.failure_ != nullptr) std::rethrow_exception(std::exchange(task.failure_, nullptr));
}

void DecodePool::withdraw(Task& task) {
  const MutexLock lock(mutex_);
  if (task.state_ == Task::State::kOffered) forget(task);
  while (task.state_ == Task::State::kRunning) done_.wait(mutex_);
  task.state_ = Task::State::kIdle;
  task.failure_ = nullptr;
}

void DecodePool::help() {
  const MutexLock lock(mutex_);
  while (true) {
    while (!closing_ && (offered_.empty() || helping_ + lent_ >= helpers_)) ready_.wait(mutex_);
    if (closing_) return;
    Task* const task = offered_.front();
    offered_.pop_front();
    ++helping_;
    run(*task);
    --helping_;
  }
}

void DecodePool::run(Task& task) {
  task.state_ = Task::State::kRunning;
  mutex_.unlock();
  std::exception_ptr failure;
  try {
    task.work_();
  } catch (...) {
    failure = std::current_exception();  // rethrown in the thread that needs the task
  }
  mutex_.lock();
  task.failure_ = std::move(failure);
  task.state_ = Task::State::kDone;
  done_.notify_all();
}

bool DecodePool::run_other_of(const void* owner) {
  const auto other = std::find_if(offered_.begin(), offered_.end(),
                                  [owner](const Task* task) { return task->owner_ == owner; });
  if (other == offered_.end()) return false;
  Task* const task = *other;
  offered_.erase(other);
  run(*task);
  return true;
}

void DecodePool::forget(Task& task) {
  offered_.erase(std::find(offered_.begin(), offered_.end(), &task));
  task.state_ = Task::State::kIdle;
}

DecodePool::Loan::Loan(DecodePool* pool) : pool_(pool) {
  if (pool_ == nullptr) return;
  const auto sources = static_cast<unsigned>(std::min<size_t>(pool_->sources_, 1U << 16));
  const MutexLock lock(pool_->mutex_);
  const unsigned share = (pool_->helpers_ + sources - 1) / sources;
  helpers_ = std::min(share, pool_->helpers_ - pool_->lent_);
  pool_->lent_ += helpers_;
}

DecodePool::Loan::~Loan() {
  if (helpers_ == 0) return;
  {
    const MutexLock lock(pool_->mutex_);
    pool_->lent_ -= helpers_;
  }
  pool_->ready_.notify_all();
}

}  // namespace gophercap::io
