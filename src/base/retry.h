// Repeats system calls that a signal has interrupted.
#pragma once

#include <cerrno>
#include <utility>

namespace gophercap {

// Repeats the call while it fails with EINTR. Not for close(): after it the descriptor is closed
// even if it fails.
template <class Call>
auto uninterrupted(Call&& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace gophercap
