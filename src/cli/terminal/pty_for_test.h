// Pipes and terminals whose other end a test reads.
#pragma once

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "base/fd.h"

namespace gophercap::cli {

// Returns what has been written so far. REQUIRES: `fd` does not block.
inline std::string read_available(int fd) {
  std::string text;
  std::array<char, 4096> block;
  for (;;) {
    const ssize_t n = read(fd, block.data(), block.size());
    if (n <= 0) return text;
    text.append(block.data(), static_cast<size_t>(n));
  }
}

class Pipe {
 public:
  Pipe() {
    std::array<int, 2> fds{-1, -1};
    if (pipe2(fds.data(), O_CLOEXEC | O_NONBLOCK) == 0) {
      read_ = Fd(fds[0]);
      write_ = Fd(fds[1]);
    }
  }
  int write_end() const { return write_.value(); }
  std::string take() { return read_available(read_.value()); }
  void close_read_end() { read_.reset(); }

 private:
  Fd read_, write_;
};

class Pty {
 public:
  explicit Pty(unsigned short columns)
      : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
    if (!master_.valid() || grantpt(master_.value()) != 0 || unlockpt(master_.value()) != 0) return;
    const char* name = ptsname(master_.value());
    if (name == nullptr) return;
    terminal_ = Fd(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
    resize(columns);
  }
  void resize(unsigned short columns) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    ioctl(terminal_.value(), TIOCSWINSZ, &size);
  }
  bool valid() const { return terminal_.valid(); }
  int terminal() const { return terminal_.value(); }
  std::string take() { return read_available(master_.value()); }

 private:
  Fd master_, terminal_;
};

}  // namespace gophercap::cli
