// What an errno of a send call is about: the way out or one frame.
#pragma once

#include <cerrno>

namespace gophercap::replay {

// Errors of the way out as a whole. Any other belongs to the frame: that one failed, the next may
// go.
inline bool is_fatal(int error) noexcept {
  switch (error) {
    case ENETDOWN:
    case ENETUNREACH:
    case ENODEV:
    case ENXIO:
    case EBADF:
    case EPIPE:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case EPERM:
    case EACCES:
      return true;
    default:
      return false;
  }
}

// Of these the ones that may pass: the interface is down, not gone.
inline bool is_outage(int error) noexcept {
  return error == ENETDOWN || error == ENETUNREACH;
}

}  // namespace gophercap::replay
