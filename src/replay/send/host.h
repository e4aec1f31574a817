// The machine that a replay runs on, as far as it bears on its timing.
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
  // How much of every second real-time threads may run; a second: all of it.
  std::optional<Nanos> realtime_limit;
  confine::Confinement confinement;
};
HostFacts inspect_host();

// What the kernel knows of its own clock (adjtimex(2)).
struct ClockState {
  bool synchronized = false;
  Nanos offset{0};         // what is still to be made good
  Nanos largest_error{0};  // estimated
};
ClockState inspect_clock();

}  // namespace gophercap::replay
