#include "bench/bare/bare_loop.h"

#include <algorithm>
#include <cerrno>

namespace gophercap::bench {

bool passes(int error) noexcept {
  return error == EAGAIN || error == EBUSY || error == EINTR || error == ENOBUFS;
}

size_t longest(Frames frames) noexcept {
  size_t bytes = 0;
  for (const std::span<const uint8_t> frame : frames) bytes = std::max(bytes, frame.size());
  return bytes;
}

}  // namespace gophercap::bench
