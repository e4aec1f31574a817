// System calls that a signal may interrupt.
#pragma once

#include <cerrno>
#include <utility>

namespace gophercap {

// Makes the call again for as long as a signal has interrupted it before it did anything. Not for
// close(): its descriptor is gone however it ends.
template <class Call>
auto uninterrupted(Call&& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace gophercap
