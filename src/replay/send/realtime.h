// What the system may grant for exact pacing. If it refuses something, precision suffers, but the
// run continues.
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

// For the process, while this exists: memory stays in RAM (mlockall(2)), CPUs do not enter sleep
// states (/dev/cpu_dma_latency).
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

// Assigns a CPU to each sending thread: the last ones, because the first ones handle most
// interrupts. While it exists, the calling thread and those that it starts avoid these CPUs. If no
// CPU would be left for other threads, no sender gets one.
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

// For the calling thread: SCHED_FIFO, and that CPU (-1: none). Returns 0, or the errno of what was
// refused.
struct RealtimeThread {
  int priority = 0;
  int affinity = 0;
};
RealtimeThread make_thread_realtime(int cpu) noexcept;

// Keeps the calling real-time thread below the limit of the system. A thread that always spins
// would reach the limit and then get no CPU for 50 ms of a second (sched(7), "Limiting the CPU
// usage of real-time and deadline processes"); newer kernels give that time to others that wait for
// the CPU. So it is an ordinary thread for a tenth of the time, in short turns, which makes it
// slightly less exact, but not late.
class RealtimeShare {
 public:
  // `limit` is per second.
  explicit RealtimeShare(Nanos limit) noexcept;

  // Call often, and while the thread is the only user of this object.
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

// Raises the limits of this process, so that its threads may be real-time and its memory locked
// without CAP_SYS_NICE and CAP_IPC_LOCK. Returns false if that is not permitted; it requires
// CAP_SYS_RESOURCE.
bool allow_realtime_without_capabilities() noexcept;

// How much of every second real-time threads may run on this machine (sched_rt_runtime_us /
// sched_rt_period_us). One second: no limit; empty: unknown.
std::optional<Nanos> realtime_limit_per_second();

}  // namespace gophercap::replay
