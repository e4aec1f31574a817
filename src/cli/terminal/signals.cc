#include "cli/terminal/signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include "base/time.h"
#include "cli/terminal/keys.h"
#include "confine/confine.h"

namespace gophercap::cli {
namespace {

constexpr Nanos kOneRequest = std::chrono::milliseconds(300);

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);
  // nohup(1), and shells for background jobs, set these to be ignored; that is kept.
  for (const int signal : {SIGHUP, SIGQUIT}) {
    if (!is_ignored(signal)) sigaddset(&set, signal);
  }
  return set;
}

}  // namespace

Result<> SignalGuard::start() {
  const sigset_t set = our_signals();
  signals_ = Fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_.valid()) return errno_error(errno, "signals");
  wake_ = Fd(eventfd(0, EFD_CLOEXEC));
  if (!wake_.valid()) return errno_error(errno, "signals");
  pthread_sigmask(SIG_BLOCK, &set, &previous_mask_);
  blocked_ = true;
  // On failure, the destructor restores the signals.
  if (const Result<> started = thread_.start([this] { watch(); }); !started)
    return started.error().with_context("signals");
  // The thread must not allocate while libseccomp, which does not check its allocations, is at
  // work.
  begun_.wait(false);
  if (const Result<> watching = thread_.result(); !watching)
    return watching.error().with_context("signals");
  return {};
}

SignalGuard::~SignalGuard() {
  thread_.end();
  if (blocked_) pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
}

void SignalGuard::wake() noexcept {
  begun_.store(true);
  begun_.notify_all();
  const uint64_t one = 1;
  while (write(wake_.value(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void SignalGuard::watch() {
  confine::confine_helper(confine::Calls::kWaiting);
  begun_.store(true);
  begun_.notify_all();
  std::array<pollfd, 2> fds = {{{signals_.value(), POLLIN, 0}, {wake_.value(), POLLIN, 0}}};
  SendTime first{};
  for (;;) {
    if (poll(fds.data(), fds.size(), -1) < 0) continue;  // EINTR, for example because of a debugger
    signalfd_siginfo info{};
    while (read(signals_.value(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      const int signal = static_cast<int>(info.ssi_signo);
      if (signal == SIGUSR1) {
        status_asked_.store(true);
        continue;
      }
      const SendTime now = SendClock::now();
      if (received_.load() != 0) {
        // timeout(1) signals its child and then the process group of the child; that counts as one
        // request.
        if (now - first < kOneRequest) continue;
        // The user has asked twice, so nothing that could hang is done any more.
        restore_terminal();
        _exit(128 + signal);
      }
      first = now;
      received_.store(signal);
      stop_.request_stop();
    }
    if (fds[1].revents != 0) return;
  }
}

void ignore_write_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void die_by(int signal) {
  prctl(PR_SET_DUMPABLE, 0);  // SIGQUIT would dump core
  std::signal(signal, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  raise(signal);
  _exit(128 + signal);  // not reached, as all of these signals end the process
}

}  // namespace gophercap::cli
