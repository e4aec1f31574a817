#include "confine/system_calls.h"

#include <asm/termbits.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace gophercap::confine {
namespace {

// Memory, threads, time, open descriptors. Frequent calls have no conditions, so that the kernel
// can allow them without running the filter.
constexpr std::string_view kBase =
    "arch_prctl brk clock_getres clock_gettime clock_gettime64 clock_nanosleep "
    "clock_nanosleep_time64 close dup dup2 dup3 epoll_create1 epoll_ctl epoll_pwait "
    "epoll_wait eventfd2 exit exit_group fcntl fcntl64 fstat fstat64 futex futex_time64 "
    "futex_waitv get_robust_list getcpu getegid geteuid getgid getpgid getpgrp getpid getppid "
    "getrandom "
    "getrusage gettid gettimeofday getuid lseek _llseek madvise membarrier mincore mlock "
    "mlock2 mmap mmap2 mprotect mremap munlock munlockall munmap nanosleep pause pipe2 poll "
    "ppoll ppoll_time64 pread64 preadv preadv2 pselect6 pselect6_time64 pwrite64 pwritev "
    "pwritev2 read readv restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask "
    "rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min "
    "sched_getaffinity sched_getparam sched_getscheduler sched_setaffinity sched_yield "
    "set_robust_list set_tid_address sigaltstack signalfd4 sigreturn sysinfo time "
    "timerfd_create timerfd_gettime timerfd_settime uname write writev";

// Landlock and capabilities decide which files these calls can reach. Modes can be changed by
// descriptor only, so files that cannot be opened cannot be changed.
constexpr std::string_view kFiles =
    "access adjtimex copy_file_range faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchdir "
    "fchmod fdatasync flock fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 getcwd "
    "getdents getdents64 getrlimit link linkat lstat lstat64 mkdir mkdirat "
    "newfstatat open openat openat2 readahead readlink readlinkat rename renameat renameat2 "
    "rmdir sendfile splice stat stat64 statfs statfs64 statx symlink symlinkat "
    "sync_file_range ugetrlimit umask unlink unlinkat utimensat utimensat_time64";

constexpr std::string_view kSockets =
    "getpeername getsockname getsockopt recv recvfrom recvmmsg recvmsg send sendmmsg sendmsg "
    "sendto";

constexpr std::string_view kServing = "accept4 recvfrom sendto";

// Real-time priority. An ordinary thread may change it within its limits, and does so while it
// sends.
constexpr std::string_view kScheduling = "sched_setparam sched_setscheduler";

constexpr std::string_view kPreparing =
    "bind capget capset clock_adjtime connect landlock_add_rule "
    "landlock_create_ruleset landlock_restrict_self listen mlockall prctl prlimit64 seccomp "
    "setrlimit setsockopt shutdown socket socketpair";

// All compared values have 32 bits; the kernel looks at no more of them either.
scmp_arg_cmp equal(unsigned argument, uint32_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, UINT32_MAX, value};
}
scmp_arg_cmp has_flag(unsigned argument, uint32_t flag) {
  return {argument, SCMP_CMP_MASKED_EQ, flag, flag};
}

class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), &::seccomp_release) {
    if (context_ == nullptr) failed_ = ENOMEM;
    // A binary tree instead of a sequence of comparisons.
    if (context_ != nullptr) (void)::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  }

  // Calls are given by name, because libseccomp knows which of them this architecture has.
  void allow(std::string_view names) {
    while (!names.empty()) {
      const size_t end = std::min(names.find(' '), names.size());
      allow_if(std::string(names.substr(0, end)), {});
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  }
  void allow_if(const std::string& name, std::initializer_list<scmp_arg_cmp> conditions) {
    if (context_ == nullptr) return;
    const int number = ::seccomp_syscall_resolve_name(name.c_str());
    if (number < 0) return;  // not on this architecture, or newer than the library
    const int status =
        ::seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, number,
                                 static_cast<unsigned>(conditions.size()), conditions.begin());
    if (status < 0 && failed_ == 0) failed_ = -status;
  }
  // Returns 0 or an errno.
  int load() { return failed_ != 0 ? failed_ : -::seccomp_load(context_.get()); }

 private:
  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, decltype(&::seccomp_release)> context_;
  int failed_ = 0;
};

// Allows threads, but no processes. A filter cannot see the flags of clone3(); if it fails, the C
// library uses clone().
void allow_threads(Filter& filter) {
#ifdef __s390__
  constexpr unsigned kFlags = 1;
#else
  constexpr unsigned kFlags = 0;
#endif
  filter.allow_if("clone", {has_flag(kFlags, CLONE_THREAD)});
}

// Allows signals to this process only, for raise() and abort().
void allow_own_signals(Filter& filter) {
  const auto self = static_cast<uint32_t>(::getpid());
  filter.allow_if("tgkill", {equal(0, self)});
  filter.allow_if("kill", {equal(0, self)});
}

void allow_own_limits(Filter& filter) {
  const auto self = static_cast<uint32_t>(::getpid());
  filter.allow_if("prlimit64", {equal(0, 0)});
  filter.allow_if("prlimit64", {equal(0, self)});
  filter.allow_if("setrlimit", {});
}

// Allows queries of terminals and pipes, and the mode of a terminal, which is restored at the end,
// but not TIOCSTI, which inserts input.
void allow_questions(Filter& filter) {
  // Newer C libraries use the requests that end with 2.
  for (const uint64_t request :
       {uint64_t{TCGETS}, uint64_t{TCGETS2}, uint64_t{TIOCGWINSZ}, uint64_t{FIONREAD},
        uint64_t{TCSETS}, uint64_t{TCSETS2}, uint64_t{TIOCGPGRP}})
    filter.allow_if("ioctl", {equal(1, static_cast<uint32_t>(request))});
}

void allow_thread_names(Filter& filter) {
  for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_SET_DUMPABLE, PR_CAPBSET_READ})
    filter.allow_if("prctl", {equal(0, static_cast<uint32_t>(option))});
}

// Allows rtnetlink, which is read-only without CAP_NET_ADMIN.
void allow_link_questions(Filter& filter) {
  filter.allow_if("socket", {equal(0, AF_NETLINK), equal(2, NETLINK_ROUTE)});
  filter.allow(kSockets);
}

// libseccomp 2.5 crashes if it cannot allocate memory while it builds the filter, which takes less
// than this.
bool has_room() {
  constexpr size_t kRoomBytes = size_t{4} << 20;
  void* const room =
      ::mmap(nullptr, kRoomBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return room != MAP_FAILED && ::munmap(room, kRoomBytes) == 0;
}

}  // namespace

std::string filter_system_calls(Calls calls) {
  if (!has_room()) return "no: out of memory";
  Filter filter;
  filter.allow(kBase);
  allow_threads(filter);
  allow_own_signals(filter);
  allow_questions(filter);
  if (calls != Calls::kPreparing) allow_thread_names(filter);
  if (calls == Calls::kFiles || calls == Calls::kSending || calls == Calls::kPreparing)
    filter.allow(kFiles);
  if (calls == Calls::kFiles || calls == Calls::kSending) allow_own_limits(filter);
  if (calls == Calls::kServing) filter.allow(kServing);
  if (calls == Calls::kSending || calls == Calls::kLink) allow_link_questions(filter);
  if (calls == Calls::kSending || calls == Calls::kPreparing) filter.allow(kScheduling);
  if (calls == Calls::kPreparing) {
    filter.allow(kPreparing);
    filter.allow(kServing);  // for threads that are started now
    filter.allow(kSockets);
    // Queries of the interface index; other ioctls of sockets stay denied.
    for (const uint32_t request : {uint32_t{SIOCGIFINDEX}, uint32_t{SIOCGIFNAME}})
      filter.allow_if("ioctl", {equal(1, request)});
  }
  const int sys = filter.load();
  if (sys == 0) return "yes";
  if (sys == EINVAL) return "no: the kernel has none";
  return "no: " + std::generic_category().message(sys);
}

}  // namespace gophercap::confine
