// Progress on the terminal: one line that is updated there, a new line every ten seconds in a log.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "cli/terminal/console.h"
#include "cli/terminal/signals.h"
#include "jobs/reporter.h"

namespace gophercap::cli {

// One line of at most `width` columns. Parts that do not fit are left out, the least important
// first, and none is cut; the remaining time is the last to go. `elapsed` is the time since the job
// began; a replay has its own.
//
// "map 12/100 files, 1.2 GB of 10 GB, 3.4 M packets, 1.1 GB/s, 8s left"
// "replay at 2020-09-28 08:00:00, 12 %, 1.2 kpackets/s, 9.8 Mbit/s, p99 20µs late, 53m left"; 100 %
// is shown only when everything is done
// "replay paused, speed 2, at 2020-09-28 08:00:00, …" if it was changed while it ran
// "tarExtract 1.2 GB of 10 GB, 2.4 GB plain, 400 MB/s, 12 of 34 members taken, 22s left"
// "verify plans 1.2 Mpackets of 3.4 Mpackets, 35 %", then "verify 1.2 Mpackets received, 3.4
// Mpackets expected"
std::string progress_text(const jobs::Progress& progress, Nanos elapsed, size_t width = SIZE_MAX);

class ConsoleReporter final : public jobs::Reporter {
 public:
  // `now` can be replaced in tests.
  using Now = SendTime (*)() noexcept;
  explicit ConsoleReporter(Console& console, Now now = &SendClock::now);
  // After each status request of `signals`, the next progress is printed as a permanent line.
  ConsoleReporter(Console& console, SignalGuard& signals);

  void progress(const jobs::Progress& progress) override;
  void schedule(const jobs::ScheduleNotes& notes) override;
  void info(std::string_view line) override;
  void warning(std::string_view line) override;

 private:
  bool due();
  bool asked();

  Console& console_;
  SignalGuard* signals_ = nullptr;
  Now now_;
  SendTime begin_;
  SendTime last_;
};

}  // namespace gophercap::cli
