// std::mutex and std::condition_variable with annotations for clang's -Wthread-safety, which those
// of libstdc++ lack.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define GOPHERCAP_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define GOPHERCAP_THREAD_ANNOTATION(x)
#endif
#define GUARDED_BY(x) GOPHERCAP_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES_LOCK(...) GOPHERCAP_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))

namespace gophercap {

class GOPHERCAP_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() GOPHERCAP_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() GOPHERCAP_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class GOPHERCAP_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) GOPHERCAP_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() GOPHERCAP_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  void wait(Mutex& mutex) REQUIRES_LOCK(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    cv_.wait(lock);
    lock.release();
  }
  void wait_for(Mutex& mutex, std::chrono::nanoseconds limit) REQUIRES_LOCK(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    cv_.wait_for(lock, limit);
    lock.release();
  }
  void notify_one() noexcept { cv_.notify_one(); }
  void notify_all() noexcept { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

}  // namespace gophercap
