// Properties of the machine that affect the timing of a replay.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "confine/confine.h"

namespace gophercap::replay {

struct HostFacts {
  std::string kernel;        // "6.1.0-28-amd64"
  std::string clock_source;  // "tsc", "kvm-clock", …; "" = unknown
  unsigned cpus = 0;         // that this process may use
  // How much of every second real-time threads may run; one second means no limit.
  std::optional<Nanos> realtime_limit;
  confine::Confinement confinement;
};
HostFacts inspect_host();

// The kernel's state of the system clock (adjtimex(2)).
struct ClockState {
  bool synchronized = false;
  Nanos offset{0};         // not corrected yet
  Nanos largest_error{0};  // estimated
};
ClockState inspect_clock();

}  // namespace gophercap::replay
