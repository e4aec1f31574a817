// What the system may grant for exact pacing. Each thing that it refuses costs exactness, never the
// run.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"

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

// For the calling thread: SCHED_FIFO, and a CPU of its own where there is more than one. Returns
// the errno of what was refused, 0 = nothing.
struct RealtimeThread {
  int priority = 0;
  int affinity = 0;
};
RealtimeThread make_thread_realtime() noexcept;

}  // namespace gophercap::replay
