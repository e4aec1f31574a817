#include "replay/send/host.h"

#include <sys/timex.h>
#include <sys/utsname.h>

#include <chrono>
#include <fstream>

#include "base/worker_pool.h"
#include "replay/send/realtime.h"

namespace gophercap::replay {

HostFacts inspect_host() {
  HostFacts host;
  utsname names{};
  if (::uname(&names) == 0) host.kernel = names.release;
  std::ifstream source("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  source >> host.clock_source;
  host.cpus = cpu_count();
  host.realtime_limit = realtime_limit_per_second();
  return host;
}

ClockState inspect_clock() {
  timex clock{};
  const int state = ::adjtimex(&clock);
  ClockState found;
  found.synchronized = state >= 0 && state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
  const bool in_nanoseconds = (clock.status & STA_NANO) != 0;
  found.offset = in_nanoseconds ? Nanos(clock.offset) : std::chrono::microseconds(clock.offset);
  found.largest_error = std::chrono::microseconds(clock.maxerror);
  return found;
}

}  // namespace gophercap::replay
