#include "base/fd.h"

#include <unistd.h>

namespace gophercap {

void Fd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace gophercap
