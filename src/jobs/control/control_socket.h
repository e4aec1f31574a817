// The socket through which a replay is controlled.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::jobs {

// A listening Unix socket with mode 0600. It is removed when this object is destroyed, unless its
// path names another file by then.
class ControlSocket {
 public:
  // Replaces the socket of a run that has died. Fails if a process listens at `path`, or if there
  // is any other file.
  static Result<ControlSocket> listen(const std::string& path);
  ControlSocket(ControlSocket&& other) noexcept = default;
  ControlSocket& operator=(ControlSocket&& other) = delete;
  ~ControlSocket();

  int fd() const noexcept { return fd_.value(); }

 private:
  ControlSocket(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;  // invalid after a move
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// Connects to the socket at `path`. Does not wait: fails with EAGAIN if too many clients do.
Result<Fd> connect_control(const std::string& path);

}  // namespace gophercap::jobs
