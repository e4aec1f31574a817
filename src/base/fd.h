// Owner of a file descriptor.
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
  void reset() noexcept;  // closes; errors of close() are meaningless for inputs and checked by
                          // AtomicFile for outputs

 private:
  int fd_ = -1;
};

// Whether this errno says that there is no descriptor left, for this process or for all: which is
// not the fault of what was to be opened.
bool is_fd_shortage(int sys) noexcept;

}  // namespace gophercap
