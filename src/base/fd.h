// Owns a file descriptor.
#pragma once

#include <utility>

namespace gophercap {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }

  int value() const noexcept { return fd_; }
  bool valid() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept;  // Closes. Errors of close() do not matter for inputs; AtomicFile checks
                          // them for outputs.

 private:
  int fd_ = -1;
};

// True if this errno says that the process or the system has no file descriptors left. That is not
// a fault of the file to be opened.
bool is_fd_shortage(int sys) noexcept;

}  // namespace gophercap
