#include "replay/realtime.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/result.h"

namespace gophercap::replay {
namespace {

// Above ordinary threads, below the kernel's own (interrupt threads have 50).
constexpr int kPriority = 40;

}  // namespace

RealtimeProcess::RealtimeProcess(std::vector<std::string>& refused) {
  locked_ = ::mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
  if (!locked_) refused.push_back(errno_error(errno, "locked memory").what);
  latency_ = Fd(::open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC));
  const int32_t microseconds = 0;
  if (!latency_.valid() || ::write(latency_.value(), &microseconds, sizeof microseconds) < 0)
    refused.push_back(errno_error(errno, "/dev/cpu_dma_latency").what);
}

RealtimeProcess::~RealtimeProcess() {
  if (locked_) ::munlockall();
}

RealtimeThread make_thread_realtime() noexcept {
  RealtimeThread refused;
  sched_param param{};
  param.sched_priority = kPriority;
  if (::sched_setscheduler(0, SCHED_FIFO, &param) != 0) refused.priority = errno;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
    refused.affinity = errno;
  } else if (CPU_COUNT(&allowed) > 1) {
    // The last one: the first takes most of the machine's interrupts.
    size_t last = 0;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &allowed)) last = cpu;
    }
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(last, &own);
    if (::sched_setaffinity(0, sizeof own, &own) != 0) refused.affinity = errno;
  }
  return refused;
}

}  // namespace gophercap::replay
