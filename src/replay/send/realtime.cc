#include "replay/send/realtime.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>

#include "base/result.h"

namespace gophercap::replay {
namespace {

// Above ordinary threads, below those of the kernel (interrupt threads have 50).
constexpr int kPriority = 40;

int set_realtime(bool on) noexcept {
  sched_param param{};
  param.sched_priority = on ? kPriority : 0;
  return ::sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &param);
}

constexpr Nanos kTurn = std::chrono::milliseconds(20);  // as an ordinary thread

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

SenderCpus::SenderCpus(size_t senders) noexcept {
  CPU_ZERO(&before_);
  if (::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
  if (static_cast<size_t>(CPU_COUNT(&before_)) <= senders) return;
  cpu_set_t others = before_;
  for (size_t cpu = CPU_SETSIZE; cpu > 0 && cpus_.size() < senders; --cpu) {
    if (!CPU_ISSET(cpu - 1, &before_)) continue;
    cpus_.push_back(static_cast<int>(cpu - 1));
    CPU_CLR(cpu - 1, &others);
  }
  (void)::sched_setaffinity(0, sizeof others, &others);
}

SenderCpus::~SenderCpus() {
  if (!cpus_.empty()) (void)::sched_setaffinity(0, sizeof before_, &before_);
}

int SenderCpus::of(size_t sender) const noexcept {
  return sender < cpus_.size() ? cpus_[sender] : -1;
}

RealtimeThread make_thread_realtime(int cpu) noexcept {
  RealtimeThread refused;
  if (set_realtime(true) != 0) refused.priority = errno;
  if (cpu >= 0) {
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(static_cast<size_t>(cpu), &own);
    if (::sched_setaffinity(0, sizeof own, &own) != 0) refused.affinity = errno;
  }
  return refused;
}

RealtimeShare::RealtimeShare(Nanos limit) noexcept
    : allowed_(std::max<int64_t>(limit.count() / 1'000'000 - 50, 0)), credit_(kTurn) {}

void RealtimeShare::settle(SendTime now) noexcept {
  constexpr Nanos kLookEvery = std::chrono::milliseconds(1);
  constexpr Nanos kLongest = std::chrono::seconds(1);
  timespec cpu{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) != 0) return;
  const Nanos ran = std::chrono::seconds(cpu.tv_sec) + Nanos(cpu.tv_nsec);
  if (looked_ != SendTime{}) {
    credit_ += std::min<Nanos>(now - looked_, kLongest) * allowed_ / 1000;
    if (realtime_) credit_ -= ran - ran_;
    credit_ = std::min(credit_, kTurn);
  }
  looked_ = now;
  ran_ = ran;
  next_look_ = now + kLookEvery;
  const bool realtime = realtime_ ? credit_ > Nanos(0) : credit_ >= kTurn;
  if (realtime != realtime_ && set_realtime(realtime) == 0) realtime_ = realtime;
}

bool allow_realtime_without_capabilities() noexcept {
  const rlimit priority{kPriority, kPriority};
  const rlimit memory{RLIM_INFINITY, RLIM_INFINITY};
  return ::setrlimit(RLIMIT_RTPRIO, &priority) == 0 && ::setrlimit(RLIMIT_MEMLOCK, &memory) == 0;
}

std::optional<Nanos> realtime_limit_per_second() {
  const auto read = [](const char* name) -> std::optional<int64_t> {
    std::ifstream file(std::string("/proc/sys/kernel/") + name);
    int64_t value = 0;
    return file >> value ? std::optional(value) : std::nullopt;
  };
  const auto runtime = read("sched_rt_runtime_us");
  const auto period = read("sched_rt_period_us");
  if (!runtime || !period || *period <= 0) return std::nullopt;
  if (*runtime < 0 || *runtime >= *period) return std::chrono::seconds(1);
  return Nanos(*runtime * 1'000'000'000 / *period);
}

}  // namespace gophercap::replay
