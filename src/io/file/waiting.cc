#include "io/file/waiting.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <cerrno>

namespace gophercap::io {
namespace {

constexpr int kLookMs = 50;

// Decides when to stop waiting for another program.
class Patience {
 public:
  explicit Patience(const std::stop_token& stop) : stop_(stop) {}

  bool is_over() noexcept {
    constexpr int kLooksAfterStop = 20;
    return stop_.stop_requested() && looks_++ == kLooksAfterStop;
  }

 private:
  const std::stop_token& stop_;
  int looks_ = 0;
};

Error nobody_read(const std::string& shown) {
  return {Errc::kCancelled, 0, shown + ": stopped while nothing read it; its end is lost"};
}

}  // namespace

bool is_pipe(int fd) noexcept {
  struct stat facts {};
  return ::fstat(fd, &facts) == 0 && S_ISFIFO(facts.st_mode);
}

Result<> wait_to_read(int fd, const std::stop_token& stop) {
  const int look_ms = stop.stop_possible() ? kLookMs : -1;
  pollfd waited{.fd = fd, .events = POLLIN, .revents = 0};
  for (int ready = 0; ready == 0 || (ready < 0 && errno == EINTR);) {
    if (stop.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    ready = ::poll(&waited, 1, look_ms);
  }
  return {};
}

Result<> wait_to_write(int fd, const std::stop_token& stop, const std::string& shown) {
  pollfd waited{.fd = fd, .events = POLLOUT, .revents = 0};
  Patience patience(stop);
  for (int ready = 0; ready == 0 || (ready < 0 && errno == EINTR);) {
    if (patience.is_over()) return nobody_read(shown);
    ready = ::poll(&waited, 1, kLookMs);
  }
  return {};
}

Result<Fd> open_to_write(const WalkEnd& place, const std::string& shown,
                         const std::stop_token& stop) {
  const bool fifo = S_ISFIFO(place.facts->st_mode);
  const int more = stop.stop_possible() && fifo ? O_NONBLOCK : 0;
  Patience patience(stop);
  while (true) {
    Fd fd(::openat(place.folder.value(), place.name.c_str(),
                   O_WRONLY | O_CLOEXEC | O_NOCTTY | place.no_follow() | more));
    if (fd.valid()) {
      struct stat facts {};
      if (::fstat(fd.value(), &facts) != 0) return errno_error(errno, shown);
      if (facts.st_ino != place.facts->st_ino || facts.st_dev != place.facts->st_dev)
        return Error{Errc::kIo, 0, shown + ": was replaced while it was opened"};
      return fd;
    }
    if (errno == EINTR) continue;
    // ENXIO: nobody has opened the FIFO for reading.
    if (errno != ENXIO || more == 0) return errno_error(errno, shown);
    if (patience.is_over()) return nobody_read(shown);
    ::poll(nullptr, 0, kLookMs);
  }
}

}  // namespace gophercap::io
