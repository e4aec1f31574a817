// Waits for what another program has to do first: open the other end of a pipe, bring bytes, take
// bytes. Each looks for a stop every 50 ms, so that one signal ends it.
#pragma once

#include <stop_token>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "io/file/path_walk.h"

namespace gophercap::io {

// Until a read would not wait. For a FIFO that includes its first writer. What poll() can't wait
// for, read() will. kCancelled once `stop` is asked for.
Result<> wait_to_read(int fd, const std::stop_token& stop);

// Until PIPE_BUF bytes fit into the pipe. After a stop its reader has a second, since what is
// finished then (a report, say) is still wanted; kCancelled if it takes nothing until then.
Result<> wait_to_write(int fd, const std::stop_token& stop, const std::string& shown);

// Opens what is at `place` and no regular file (a FIFO, a device) for writing. Waits for the reader
// of a FIFO, after a stop for a second; that one is open with O_NONBLOCK if a stop is possible.
Result<Fd> open_to_write(const WalkEnd& place, const std::string& shown,
                         const std::stop_token& stop);

bool is_pipe(int fd) noexcept;

}  // namespace gophercap::io
