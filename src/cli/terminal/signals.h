// SIGINT, SIGTERM, SIGHUP and SIGQUIT request a stop; a second one ends the process at once.
// SIGUSR1 requests a status line. SIGPIPE and SIGXFSZ become errors of write().
#pragma once

#include <csignal>

#include <atomic>
#include <stop_token>

#include "base/fd.h"
#include "base/result.h"
#include "base/thread_group.h"

namespace gophercap::cli {

// Start it before any other thread, so that all threads inherit the blocked signals and only its
// own thread receives them.
class SignalGuard {
 public:
  SignalGuard() = default;
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;
  // Unblocks the signals that it has blocked. Signals not received here have their previous effect.
  ~SignalGuard();

  // Fails if the system refuses a descriptor or the thread; signals then keep their previous
  // effect.
  Result<> start();

  std::stop_token token() const noexcept { return stop_.get_token(); }
  // The signal that requested a stop; 0: none.
  int received() const noexcept { return received_.load(); }
  // True if a status line was requested since the last call.
  bool take_status_request() noexcept { return status_asked_.exchange(false); }

 private:
  void wake() noexcept;
  void watch();

  bool blocked_ = false;
  sigset_t previous_mask_{};
  Fd signals_;
  Fd wake_;  // written to by the destructor
  std::stop_source stop_;
  std::atomic<int> received_{0};
  std::atomic<bool> begun_{false};  // the thread waits for signals, or has given up
  std::atomic<bool> status_asked_{false};
  ThreadGroup thread_{[this] { wake(); }};
};

// From now on a closed pipe, and a file that has reached its size limit (ulimit -f), are errors of
// write() and do not end the process.
void ignore_write_signals();

// Ends the process by the default action of `signal`, so that the shell sees the cause (128 +
// signal), but without a core dump, since everything was cleaned up. No SignalGuard may exist.
[[noreturn]] void die_by(int signal);

}  // namespace gophercap::cli
