// What the system may grant for exact pacing. Each thing that it refuses costs exactness, never the
// run.
#pragma once

#include <sched.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/time.h"

namespace gophercap::replay {

// For the process, as long as this lives: memory stays in RAM (mlockall(2)), CPUs stay awake
// (/dev/cpu_dma_latency).
class RealtimeProcess {
 public:
  explicit RealtimeProcess(std::vector<std::string>& refused);
  ~RealtimeProcess();
  RealtimeProcess(const RealtimeProcess&) = delete;
  RealtimeProcess& operator=(const RealtimeProcess&) = delete;

 private:
  Fd latency_;
  bool locked_ = false;
};

// Which CPU each sending thread has for itself: the last ones, since the first take most of the
// machine's interrupts. While it lives, the calling thread, and those that it starts, keep off
// them. Where no CPU would be left for the others, nobody has one for himself.
class SenderCpus {
 public:
  explicit SenderCpus(size_t senders) noexcept;
  ~SenderCpus();
  SenderCpus(const SenderCpus&) = delete;
  SenderCpus& operator=(const SenderCpus&) = delete;

  int of(size_t sender) const noexcept;  // -1: none

 private:
  cpu_set_t before_{};
  std::vector<int> cpus_;
};

// For the calling thread: SCHED_FIFO, and that CPU for itself (-1: none). Returns the errno of what
// was refused, 0 = nothing.
struct RealtimeThread {
  int priority = 0;
  int affinity = 0;
};
RealtimeThread make_thread_realtime(int cpu) noexcept;

// How much of every second real-time threads may run on this machine (sched_rt_runtime_us over
// sched_rt_period_us); a second: no limit, empty: unknown.
std::optional<Nanos> realtime_limit_per_second();

}  // namespace gophercap::replay
