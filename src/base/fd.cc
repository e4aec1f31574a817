#include "base/fd.h"

#include <unistd.h>

#include <cerrno>

namespace gophercap {

void Fd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool is_fd_shortage(int sys) noexcept {
  return sys == EMFILE || sys == ENFILE;
}

}  // namespace gophercap
