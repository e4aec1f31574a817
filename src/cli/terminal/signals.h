// SIGINT, SIGTERM, SIGHUP and SIGQUIT ask for a stop; a second one ends the process at once.
// SIGUSR1 asks for a word on how it goes. SIGPIPE and SIGXFSZ become errors of write().
#pragma once

#include <csignal>

#include <atomic>
#include <stop_token>

#include "base/fd.h"
#include "base/result.h"
#include "base/thread_group.h"

namespace gophercap::cli {

// Start it before any other thread, so that all inherit the blocked signals and only its own thread
// sees them.
class SignalGuard {
 public:
  SignalGuard() = default;
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;
  // Unblocks what was blocked. Signals that were not received here act as they did before.
  ~SignalGuard();

  // Fails where the system refuses a descriptor or the thread; signals act as before then.
  Result<> start();

  std::stop_token token() const noexcept { return stop_.get_token(); }
  // The signal that asked for a stop; 0 = none.
  int received() const noexcept { return received_.load(); }
  // Whether a word was asked for since the last call.
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
  std::atomic<bool> begun_{false};  // the thread waits for signals, or gave up
  std::atomic<bool> status_asked_{false};
  ThreadGroup thread_{[this] { wake(); }};
};

// A reader that went away, and a file that has grown to its limit (ulimit -f), are errors of
// write() from now on, not the end of the process.
void ignore_write_signals();

// Ends the process by `signal`'s default action, so that the caller's shell sees why (128 +
// signal), but without a core: everything has been cleaned up. No SignalGuard may exist.
[[noreturn]] void die_by(int signal);

}  // namespace gophercap::cli
