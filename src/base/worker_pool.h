// Runs independent work items in parallel: each worker takes the next index until there is none
// left.
#pragma once

#include <cstddef>
#include <functional>

namespace gophercap {

// The number of CPUs this process may use, at least 1.
unsigned cpu_count() noexcept;

// Calls body(0) … body(count - 1), each exactly once, on up to `workers` threads, and returns when
// all are done. With `workers` <= 1 the calls are made inline, in order; if the system refuses
// threads, fewer are used. Write the result of each index to its own slot, so that the outcome does
// not depend on `workers`. `body` should not throw; if it does, the first exception is rethrown
// here after all threads have ended.
void parallel_for(size_t count, unsigned workers, const std::function<void(size_t)>& body);

}  // namespace gophercap
