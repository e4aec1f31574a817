#include "jobs/control/ctl_job.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include "base/fd.h"
#include "base/shortage.h"
#include "confine/confine.h"
#include "jobs/control/control_socket.h"

namespace gophercap::jobs {
namespace {

constexpr size_t kLongestAnswer = size_t{64} << 10;

// Waits until `events` or the end of the connection.
Result<> wait_for(int fd, short events, SendTime deadline) {
  for (;;) {
    const Nanos left = deadline - SendClock::now();
    if (left <= Nanos{0}) return Error{Errc::kIo, ETIMEDOUT, "no answer came"};
    pollfd waiting{fd, events, 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<int64_t>(ms, 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return errno_error(errno, "poll");
  }
}

Result<Fd> connect(const std::string& path) {
  Result<Fd> fd = connect_control(path);
  if (fd) return fd;
  Error error = fd.error();
  if (error.sys == ECONNREFUSED || error.sys == ENOENT)
    error.what = fmt::format("{}: no replay listens there (has it ended?)", path);
  if (error.sys == EAGAIN) error.what = fmt::format("{}: too many clients are waiting", path);
  return error;
}

Result<std::string> ask(int fd, std::string line, SendTime deadline) {
  line += '\n';
  while (!line.empty()) {
    TRY_VOID(wait_for(fd, POLLOUT, deadline));
    const ssize_t n = ::send(fd, line.data(), line.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return errno_error(errno, "sending");
    if (n > 0) line.erase(0, static_cast<size_t>(n));
  }
  std::string answer;
  std::array<char, 4096> block;
  while (answer.size() <= kLongestAnswer) {
    TRY_VOID(wait_for(fd, POLLIN, deadline));
    const ssize_t n = ::recv(fd, block.data(), block.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n < 0) return errno_error(errno, "receiving");
    if (n == 0) return Error{Errc::kIo, ECONNRESET, "the replay ended before it answered"};
    answer.append(block.data(), static_cast<size_t>(n));
    if (const size_t end = answer.find('\n'); end != std::string::npos)
      return answer.substr(0, end);
  }
  return Error{Errc::kCorrupt, 0, "the answer is not that of a replay"};
}

Result<CtlResult> ctl(const std::string& path, const std::string& command, Nanos patience) {
  TRY(const Fd fd, connect(path));
  confine::confine_job({.calls = confine::Calls::kServing, .files = confine::Files()});
  Result<std::string> line = ask(fd.value(), command, SendClock::now() + patience);
  if (!line) return line.error().with_context(path);
  Result<ControlAnswer> answer = parse_control_answer(*line);
  if (!answer) return answer.error().with_context(path);
  return CtlResult{*std::move(line), *std::move(answer)};
}

}  // namespace

Result<CtlResult> run_ctl(const std::string& path, const std::string& command, Nanos patience) {
  return or_out_of_memory("ctl", [&] { return ctl(path, command, patience); });
}

}  // namespace gophercap::jobs
