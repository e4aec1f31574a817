// Waits for other programs: to open the other end of a pipe, to write to it, or to read from it.
// Every wait checks for a stop request every 50 ms, so one signal ends it.
#pragma once

#include <stop_token>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "io/file/path_walk.h"

namespace gophercap::io {

// Waits until a read would not block; for a FIFO this includes its first writer. Returns at once
// for anything that poll() does not support. Fails with kCancelled when a stop is requested.
Result<> wait_to_read(int fd, const std::stop_token& stop);

// Waits until PIPE_BUF bytes fit into the pipe. After a stop request the reader still has one
// second, since the output completed then (such as a report) is still wanted. Fails with kCancelled
// if it reads nothing in that time.
Result<> wait_to_write(int fd, const std::stop_token& stop, const std::string& shown);

// Opens a FIFO or a device for writing. Waits for the reader of a FIFO, for at most a second after
// a stop request. A FIFO is opened with O_NONBLOCK if a stop is possible.
Result<Fd> open_to_write(const WalkEnd& place, const std::string& shown,
                         const std::stop_token& stop);

bool is_pipe(int fd) noexcept;

}  // namespace gophercap::io
