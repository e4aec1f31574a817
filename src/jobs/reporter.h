// How a job reports while it runs. Jobs do not use the terminal; src/cli implements this interface
// for people, and tests implement it for themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "replay/engine_progress.h"

namespace gophercap::jobs {

struct ScheduleNotes;

struct MapProgress {
  uint64_t files_done = 0;
  uint64_t files_total = 0;
  uint64_t bytes_done = 0;  // stored bytes
  uint64_t bytes_total = 0;
  uint64_t packets = 0;
};

struct ReplayProgress {
  replay::EngineProgress now{};
  uint64_t packets_total = 0;  // of the plan, all loops, before any are left out; 0: endless
  // Duration of the schedule. 0 if it is endless, or if there is none to compare the clock with (a
  // rate, top speed, a file as target).
  Nanos total{0};
};

struct VerifyProgress {
  uint64_t packets_planned = 0;   // of packets_total, including those that are left out
  uint64_t packets_total = 0;     // of the plan, before any are left out
  uint64_t packets_expected = 0;  // known once the plan is made
  uint64_t packets_received = 0;  // read from the receiver's captures
};

struct TarProgress {
  uint64_t bytes_done = 0;   // stored bytes of the tarball
  uint64_t bytes_total = 0;  // 0: unknown
  uint64_t plain_bytes = 0;
  uint64_t members = 0;
  uint64_t matching = 0;
};

using Progress = std::variant<MapProgress, ReplayProgress, VerifyProgress, TarProgress>;

// Called from threads of the job, one call at a time.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void progress(const Progress&) {}
  virtual void schedule(const ScheduleNotes&) {}    // before the first packet
  virtual void info(std::string_view line) = 0;     // a line for stderr
  virtual void warning(std::string_view line) = 0;  // something differs from what was asked for,
                                                    // but the run continues
};

}  // namespace gophercap::jobs
