#include "replay/reader_pool.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

namespace gophercap::replay {

using SlabState = ActiveFile::SlabState;

ReaderPool::ReaderPool(unsigned threads) {
  for (unsigned i = 0; i < std::max(threads, 1u); ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

ReaderPool::~ReaderPool() {
  stop();
}

void ReaderPool::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  halt_.request_stop();
  work_.notify_all();
  threads_.clear();
}

void ReaderPool::request(ActiveFile& file, int which, Need need) {
  bool wake = false;
  {
    const MutexLock lock(mutex_);
    if (file.ended) return;
    file.states[which] = SlabState::kRequested;
    requests_.push({need, sequence_++, &file, which});
    wake = idle_ > 0 && requests_.size() > files_in_play_ / 16;
  }
  if (wake) work_.notify_one();
}

int ReaderPool::take(ActiveFile& file) {
  const MutexLock lock(mutex_);
  // Slabs are filled in turn, so the one to take is the one that is not being merged.
  const int which = file.merging == 0 ? 1 : 0;
  if (file.states[which] == SlabState::kReady) {
    file.states[which] = SlabState::kMerging;
    return which;
  }
  return file.ended ? kEnded : kNotReady;
}

void ReaderPool::wait_for(const ActiveFile& file, Nanos limit) {
  const MutexLock lock(mutex_);
  const auto ready = [&] {
    return file.ended || file.states[0] == SlabState::kReady || file.states[1] == SlabState::kReady;
  };
  if (ready()) return;
  if (idle_ > 0) work_.notify_all();
  awaited_ = &file;
  news_.wait_for(mutex_, limit);
  awaited_ = nullptr;
}

bool ReaderPool::in_use(ActiveFile& file) {
  const MutexLock lock(mutex_);
  return file.busy || file.states[0] == SlabState::kRequested ||
         file.states[1] == SlabState::kRequested;
}

void ReaderPool::run() {
  auto batch = std::make_unique<capture::PacketBatch>();
  std::vector<Request> put_off;
  mutex_.lock();
  while (!stopping_) {
    // A file is filled by one thread at a time, so that its slabs come in order: requests for a
    // busy one are put off.
    put_off.clear();
    while (!requests_.empty() && requests_.top().file->busy) {
      put_off.push_back(requests_.top());
      requests_.pop();
    }
    const bool found = !requests_.empty();
    Request request{};
    if (found) {
      request = requests_.top();
      requests_.pop();
    }
    for (const Request& r : put_off) requests_.push(r);
    if (!found) {
      ++idle_;
      work_.wait(mutex_);
      --idle_;
      continue;
    }
    ActiveFile& file = *request.file;
    const int which = request.which;
    file.busy = true;
    mutex_.unlock();
    file.stream->fill(file.slabs[which], *batch, halt_.get_token());
    mutex_.lock();
    file.busy = false;
    file.states[which] = file.slabs[which].frames().empty() ? SlabState::kIdle : SlabState::kReady;
    file.ended = file.stream->ended();
    if (awaited_ == &file) news_.notify_one();
    if (idle_ > 0 && !requests_.empty()) work_.notify_one();
  }
  mutex_.unlock();
}

}  // namespace gophercap::replay
