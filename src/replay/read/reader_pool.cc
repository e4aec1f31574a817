#include "replay/read/reader_pool.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "base/shortage.h"

namespace gophercap::replay {

using SlabState = ActiveFile::SlabState;

Result<> ReaderPool::start(unsigned threads) {
  if (threads_.start_up_to(std::max(threads, 1u), [this](size_t) { run(); }) > 0) return {};
  return threads_.refusal().error().with_context("reading ahead");
}

void ReaderPool::close() noexcept {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  halt_.request_stop();
  work_.notify_all();
}

void ReaderPool::stop() {
  threads_.end();
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
  // Slabs are filled alternately, so the next one is the one that is not being merged.
  const int which = file.merging == 0 ? 1 : 0;
  if (file.states[which] == SlabState::kReady) {
    file.states[which] = SlabState::kMerging;
    return which;
  }
  return file.ended ? kEnded : kNotReady;
}

uint64_t ReaderPool::passed(ActiveFile& file, int which) {
  const MutexLock lock(mutex_);
  return which == kEnded ? std::exchange(file.passed_after, 0) : file.passed[which];
}

bool ReaderPool::has_begun(const ActiveFile& file) {
  const MutexLock lock(mutex_);
  const auto filled = [](SlabState state) {
    return state == SlabState::kReady || state == SlabState::kMerging;
  };
  if (file.ended || filled(file.states[0]) || filled(file.states[1])) return true;
  if (idle_ > 0 && !requests_.empty()) work_.notify_all();
  return false;
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

std::optional<ReaderPool::Request> ReaderPool::next_request(std::vector<Request>& put_off) {
  const MutexLock lock(mutex_);
  while (!stopping_) {
    // A file is filled by one thread at a time, so that its slabs stay in order. Requests for a
    // busy file are put off.
    put_off.clear();
    while (!requests_.empty() && requests_.top().file->busy) {
      put_off.push_back(requests_.top());
      requests_.pop();
    }
    std::optional<Request> request;
    if (!requests_.empty()) {
      request = requests_.top();
      requests_.pop();
    }
    for (const Request& r : put_off) requests_.push(r);
    if (request) {
      request->file->busy = true;
      return request;
    }
    ++idle_;
    work_.wait(mutex_);
    --idle_;
  }
  return std::nullopt;
}

void ReaderPool::filled(const Request& request, uint64_t passed) {
  ActiveFile& file = *request.file;
  const MutexLock lock(mutex_);
  file.busy = false;
  if (file.slabs[request.which].frames().empty()) {
    file.passed_after += passed;
  } else {
    file.passed[request.which] = passed;
  }
  file.states[request.which] =
      file.slabs[request.which].frames().empty() ? SlabState::kIdle : SlabState::kReady;
  file.ended = file.stream->ended();
  if (awaited_ == &file) news_.notify_one();
  if (idle_ > 0 && !requests_.empty()) work_.notify_one();
}

Result<> ReaderPool::result() {
  TRY_VOID(threads_.result());
  const MutexLock lock(mutex_);
  if (failure_) return std::move(*std::exchange(failure_, std::nullopt));
  return {};
}

// After this, no further requests are answered.
void ReaderPool::give_up(Error error) noexcept {
  {
    const MutexLock lock(mutex_);
    if (!failure_) failure_ = std::move(error);
  }
  gave_up_.store(true, std::memory_order_release);
  close();
}

void ReaderPool::run() {
  try {
    auto batch = std::make_unique<capture::PacketBatch>();
    std::vector<Request> put_off;
    while (const std::optional<Request> request = next_request(put_off)) {
      FileStream& stream = *request->file->stream;
      const auto inside = [&] { return stream.accounts().read - stream.accounts().outside_window; };
      const uint64_t before = inside();
      Result<> filling = or_out_of_memory(stream.file().path, [&] {
        return stream.fill(request->file->slabs[request->which], *batch, halt_.get_token());
      });
      if (!filling) return give_up(std::move(filling).error());
      filled(*request, inside() - before);
    }
  } catch (const std::bad_alloc&) {
    give_up(out_of_memory("reading ahead"));
  }
}

}  // namespace gophercap::replay
