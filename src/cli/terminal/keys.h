// Keys that control a replay on a terminal: space pauses and resumes, + and - change the speed, q
// stops.
#pragma once

#include <atomic>

#include "base/fd.h"
#include "base/result.h"
#include "base/thread_group.h"
#include "cli/terminal/console.h"
#include "replay/control.h"

namespace gophercap::cli {

// True if keys can be read from `in`: it is a terminal, and this process is in its foreground.
bool has_keys(int in) noexcept;

// While it exists, keys are read one by one and not echoed. The mode of the terminal is restored at
// the end, while the process is suspended (Ctrl-Z), and by restore_terminal(). There can be only
// one.
class Keys {
 public:
  // `control` and `console` are borrowed.
  Keys(int in, replay::Control& control, Console& console) noexcept
      : in_(in), control_(control), console_(console) {}
  ~Keys();
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  // Call before the job is confined: the thread confines itself. On failure there are no keys, and
  // the terminal is unchanged.
  Result<> start();

 private:
  void wake() noexcept;
  void run();
  void obey(char key);

  const int in_;
  replay::Control& control_;
  Console& console_;
  Fd wake_;
  std::atomic<bool> begun_{false};
  ThreadGroup thread_{[this] { wake(); }};
};

// Restores what Keys has changed, for ends of the process that skip destructors. May be called at
// any time by any thread, also by signal handlers.
void restore_terminal() noexcept;

}  // namespace gophercap::cli
