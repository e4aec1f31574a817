#include "base/worker_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/thread_group.h"

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
  const auto work = [&](size_t) {
    for (size_t i = next.fetch_add(1, std::memory_order_relaxed); i < count;
         i = next.fetch_add(1, std::memory_order_relaxed)) {
      body(i);
    }
  };
  ThreadGroup pool([&] { next.store(count, std::memory_order_relaxed); });
  pool.start_up_to(threads - 1, work);
  work(0);
  pool.join();
  pool.rethrow();
}

}  // namespace gophercap
