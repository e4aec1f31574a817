#include "base/thread_group.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>
#include <new>
#include <utility>

namespace gophercap {
namespace {

// The stack size does not depend on `ulimit -s`: a small one would not be enough for the libraries
// that threads call, and the usual 8 MiB per thread would exhaust a memory limit without being
// used.
constexpr size_t kStackBytes = size_t{1} << 20;

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();
std::atomic<int64_t> allowed_for_test{kNoLimit};
std::atomic<uint64_t> missing{0};

int create(pthread_t& thread, void* (*enter)(void*), void* start) {
  if (allowed_for_test.load(std::memory_order_relaxed) != kNoLimit &&
      allowed_for_test.fetch_sub(1, std::memory_order_relaxed) <= 0) {
    return EAGAIN;
  }
  pthread_attr_t attributes;
  if (const int error = ::pthread_attr_init(&attributes); error != 0) return error;
  // This fails only if the system requires larger stacks (EINVAL). The default size is used then.
  static_cast<void>(::pthread_attr_setstacksize(&attributes, kStackBytes));
  const int error = ::pthread_create(&thread, &attributes, enter, start);
  ::pthread_attr_destroy(&attributes);
  return error;
}

// pthread_create() also returns EAGAIN if there is no memory for a stack.
bool room_for_a_stack() noexcept {
  void* const stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) return false;
  ::munmap(stack, kStackBytes);
  return true;
}

Error refused(int sys) {
  if (sys == ENOMEM || (sys == EAGAIN && !room_for_a_stack()))
    return out_of_memory("thread creation refused");
  if (sys != EAGAIN) return errno_error(sys, "thread creation refused");
  return {Errc::kIo, EAGAIN,
          "thread creation refused: a limit of threads is reached (ulimit -u, or pids.max of the "
          "cgroup)",
          Cause::kThreadLimit};
}

}  // namespace

struct ThreadGroup::Start {
  ThreadGroup* group;
  std::function<void()> body;
};

void* ThreadGroup::enter(void* start) {
  const std::unique_ptr<Start> mine(static_cast<Start*>(start));
  mine->group->run(mine->body);
  return nullptr;
}

void ThreadGroup::run(const std::function<void()>& body) noexcept {
  try {
    body();
    return;
  } catch (...) {
    const MutexLock lock(mutex_);
    if (failure_ == nullptr) failure_ = std::current_exception();
  }
  failed_.store(true, std::memory_order_release);
  if (stop_) stop_();
}

Result<> ThreadGroup::start(std::function<void()> body) {
  try {
    auto start = std::make_unique<Start>(Start{this, std::move(body)});
    threads_.emplace_back();  // reserved first, so that every running thread is in the list
    if (const int error = create(threads_.back(), &enter, start.get()); error != 0) {
      threads_.pop_back();
      return refused(error);
    }
    static_cast<void>(start.release());
    return {};
  } catch (const std::bad_alloc&) {
    return out_of_memory("thread creation refused");
  }
}

size_t ThreadGroup::start_up_to(size_t wanted, const std::function<void(size_t)>& body) {
  for (size_t i = 0; i < wanted; ++i) {
    Result<> started = start([body, i] { body(i); });
    if (started) continue;
    refusal_ = std::move(started).error();
    missing.fetch_add(wanted - i, std::memory_order_relaxed);
    break;
  }
  return threads_.size();
}

Result<> ThreadGroup::refusal() const {
  if (refusal_) return *refusal_;
  return {};
}

void ThreadGroup::join() noexcept {
  for (const pthread_t thread : threads_) ::pthread_join(thread, nullptr);
  threads_.clear();
}

void ThreadGroup::end() noexcept {
  if (threads_.empty()) return;
  if (stop_) stop_();
  join();
}

Result<> ThreadGroup::result() const {
  try {
    rethrow();
  } catch (const std::bad_alloc&) {
    return out_of_memory("");
  }
  return {};
}

void ThreadGroup::rethrow() const {
  const MutexLock lock(mutex_);
  if (failure_ != nullptr) std::rethrow_exception(failure_);
}

uint64_t threads_missing() noexcept {
  return missing.load(std::memory_order_relaxed);
}

FewThreadsForTest::FewThreadsForTest(int64_t most) noexcept {
  allowed_for_test.store(most);
}

FewThreadsForTest::~FewThreadsForTest() {
  allowed_for_test.store(kNoLimit);
}

bool FewThreadsForTest::refused() const noexcept {
  return allowed_for_test.load() < 0;
}

}  // namespace gophercap
