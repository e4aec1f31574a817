// How a job's words reach the terminal: one progress line there, a plain line every ten seconds in
// a log.
#pragma once

#include <chrono>
#include <string>

#include "base/time.h"
#include "cli/console.h"
#include "cli/signals.h"
#include "jobs/reporter.h"

namespace gophercap::cli {

// "map 12/100 files, 1.2 GB of 10 GB, 3.4 M packets, 1.1 GB/s, 8s left". `elapsed` since the job
// began.
std::string progress_text(const jobs::MapProgress& progress, Nanos elapsed);
// "replay 2020-09-28 08:00:00, 12 % of 1h0m0s, 1.2 kpps, 9.8 Mbit/s, p99 20µs late, 53m left"
std::string progress_text(const jobs::ReplayProgress& progress);
// "tarExtract 1.2 GB of 10 GB, 2.4 GB plain, 400 MB/s, 12 of 34 members taken, 22s left"
std::string progress_text(const jobs::TarProgress& progress, Nanos elapsed);

// "verify plans 1.2 Mpackets of 3.4 Mpackets", then "verify 1.2 Mpackets received"
std::string progress_text(const jobs::VerifyProgress& progress);

class ConsoleReporter final : public jobs::Reporter {
 public:
  // `now` is a seam for tests.
  using Now = SendTime (*)() noexcept;
  explicit ConsoleReporter(Console& console, Now now = &SendClock::now);
  // Whenever `signals` has been asked for a word, the next progress is a line that stays.
  ConsoleReporter(Console& console, SignalGuard& signals);

  void progress(const jobs::MapProgress& progress) override;
  void progress(const jobs::ReplayProgress& progress) override;
  void progress(const jobs::VerifyProgress& progress) override;
  void progress(const jobs::TarProgress& progress) override;
  void schedule(const jobs::ScheduleNotes& notes) override;
  void info(std::string_view line) override;
  void warning(std::string_view line) override;

 private:
  bool due();
  bool asked();
  void show(const std::string& text);

  Console& console_;
  SignalGuard* signals_ = nullptr;
  Now now_;
  SendTime begin_;
  SendTime last_;
};

}  // namespace gophercap::cli
