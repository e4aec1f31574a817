// What the system may grant for exact pacing. Each thing that it refuses costs exactness, never the
// run.
#pragma once

#include <sched.h>

#include <cstddef>
#include <cstdint>
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

// Keeps the calling thread, which has been made real-time, below the limit of the system. One that
// spins all the time would reach it, and then have no CPU for 50 ms of a second (sched(7),
// "Limiting the CPU usage of real-time and deadline processes"); newer kernels give that time to
// whatever else waits for the CPU. So it is an ordinary thread for a tenth of the time, in short
// turns: that makes it a little less exact, not late.
class RealtimeShare {
 public:
  // Of every second.
  explicit RealtimeShare(Nanos limit) noexcept;

  // To be called often, and while the thread is the only user of this.
  void look(SendTime now) noexcept {
    if (now >= next_look_) [[unlikely]]
      settle(now);
  }

 private:
  void settle(SendTime now) noexcept;

  const int64_t allowed_;  // thousandths of the time
  bool realtime_ = true;
  Nanos credit_;
  SendTime next_look_{};
  SendTime looked_{};
  Nanos ran_{0};
};

// Raises the limits of this process so that its threads may be real-time and its memory locked
// without CAP_SYS_NICE and CAP_IPC_LOCK. False: that takes CAP_SYS_RESOURCE.
bool allow_realtime_without_capabilities() noexcept;

// How much of every second real-time threads may run on this machine (sched_rt_runtime_us over
// sched_rt_period_us); a second: no limit, empty: unknown.
std::optional<Nanos> realtime_limit_per_second();

}  // namespace gophercap::replay
