#include "base/worker_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gophercap {

unsigned cpu_count() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    const int n = CPU_COUNT(&set);
    if (n > 0) return static_cast<unsigned>(n);
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

void parallel_for(size_t count, unsigned workers, const std::function<void(size_t)>& body) {
  const size_t threads = std::min<size_t>(workers, count);
  if (threads <= 1) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  std::atomic<size_t> next{0};
  std::exception_ptr failure;
  std::once_flag failed;
  const auto work = [&] {
    try {
      for (size_t i = next.fetch_add(1, std::memory_order_relaxed); i < count;
           i = next.fetch_add(1, std::memory_order_relaxed)) {
        body(i);
      }
    } catch (...) {
      std::call_once(failed, [&] { failure = std::current_exception(); });
      next.store(count, std::memory_order_relaxed);
    }
  };
  {
    std::vector<std::jthread> pool;  // joins at the end of the block
    pool.reserve(threads - 1);
    for (size_t i = 1; i < threads; ++i) pool.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace gophercap
