// Whether an errno of a send call concerns the interface or a single frame.
#pragma once

#include <cerrno>

namespace gophercap::replay {

// True for errors of the interface as a whole. With any other error, the frame has failed and the
// next one may be sent.
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

// Of these, those that may go away: the interface is down, but still exists.
inline bool is_outage(int error) noexcept {
  return error == ENETDOWN || error == ENETUNREACH;
}

}  // namespace gophercap::replay
