// Parallel over independent things: N workers take the next index until there is none.
#pragma once

#include <cstddef>
#include <functional>

namespace gophercap {

// The number of CPUs this process may use, at least 1.
unsigned cpu_count() noexcept;

// Calls body(0) … body(count - 1), each exactly once, on up to `workers` threads (<= 1: inline, in
// order; fewer where the system refuses some), and returns when all are done. Results go to slots
// of their own per index, so the outcome does not depend on `workers`. `body` must not throw;
// should it all the same, the first exception is rethrown here after all threads have ended.
void parallel_for(size_t count, unsigned workers, const std::function<void(size_t)>& body);

}  // namespace gophercap
