// Preloaded into the binary under test: makes one call of one kind of function fail, as the system
// might. What a person can't get out of a healthy machine (a close() that says that the disk was
// full, the 17th allocation refused) becomes a command line.
//
//   GC_FAULT=KIND:N:ERROR     the N-th call of that kind, counted from main(), fails with that
//   errno
//                             (a number); N+ the N-th and every later one; ERROR "short": it
//                             transfers one byte
//   GC_FAULT_REPORT=FILE      Report (below), written as the run goes, so that it also tells of one
//                             that was killed
//
// Nothing in here allocates, locks, or makes a system call of its own once main() runs: the tool
// may be out of memory or behind a system call filter.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

// "create" is an open that may make a file: only that can find the disk full.
enum Kind : unsigned {
  kRead,
  kPread,
  kWrite,
  kPwrite,
  kOpen,
  kCreate,
  kRename,
  kFsync,
  kFtruncate,
  kSend,
  kReceive,
  kSocket,
  kThread,
  kMmap,
  kMalloc,
  kFstat,
  kStat,
  kGetdents,
  kClose,
  kPoll,
  kSleep,
  kMkdir,
  kLink,
  kSeek,
  kChmod,
  kFcntl,
  kAsk,
  kKinds
};
constexpr const char* kNames[kKinds] = {
    "read",  "pread",   "write",  "pwrite", "open", "create", "rename", "fsync", "ftruncate",
    "send",  "receive", "socket", "thread", "mmap", "malloc", "fstat",  "stat",  "getdents",
    "close", "poll",    "sleep",  "mkdir",  "link", "seek",   "chmod",  "fcntl", "ask"};

constexpr size_t kMostKinds = 40;
constexpr size_t kPathBytes = 512;
struct Report {
  struct Row {
    char name[16];
    std::atomic<uint64_t> calls;
  };
  Row rows[kMostKinds];
  std::atomic<uint64_t> hits;
  uint64_t object_writable;  // whether the object of the first hit was open for writing
  char object[kPathBytes];   // path that was given, or that its descriptor was opened with
};

constexpr size_t kMostFds = 1024;
struct KnownFd {
  bool writable;
  char path[kPathBytes];
};

Report own_report;
Report* report = &own_report;
KnownFd known_fds[kMostFds];
std::atomic<bool> armed{false};
unsigned fault_kind = kKinds;
uint64_t fault_number = 0;
bool fault_persists = false;
int fault_errno = 0;
bool fault_short = false;

template <class Function>
Function* next_of(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}
#define NEXT(name) static const auto next = next_of(&::name, #name)

KnownFd* known(int fd) {
  return fd >= 0 && static_cast<size_t>(fd) < kMostFds ? &known_fds[fd] : nullptr;
}

void remember(int fd, const char* path, int flags) {
  KnownFd* const place = fd >= 0 ? known(fd) : nullptr;
  if (place == nullptr) return;
  place->writable = (flags & O_ACCMODE) != O_RDONLY;
  strncpy(place->path, path, kPathBytes - 1);
}

void remember_copy(int copy, int fd) {
  if (fd == STDIN_FILENO) return remember(copy, "standard input", O_RDONLY);
  if (fd == STDOUT_FILENO) return remember(copy, "standard output", O_WRONLY);
  const KnownFd* const place = known(fd);
  if (place != nullptr) remember(copy, place->path, place->writable ? O_RDWR : O_RDONLY);
}

enum class Verdict : uint8_t { kPass, kFail, kShort };

// Counts the call. `path` or `fd` say what it is about.
Verdict judge(Kind kind, const char* path = nullptr, int fd = -1) {
  if (!armed.load(std::memory_order_relaxed)) return Verdict::kPass;
  const uint64_t number = report->rows[kind].calls.fetch_add(1, std::memory_order_relaxed) + 1;
  if (kind != fault_kind) return Verdict::kPass;
  if (number != fault_number && !(fault_persists && number > fault_number)) return Verdict::kPass;
  if (report->hits.fetch_add(1) == 0) {
    const KnownFd* const place = known(fd);
    if (path == nullptr && place != nullptr) path = place->path;
    if (path != nullptr) strncpy(report->object, path, kPathBytes - 1);
    report->object_writable = place != nullptr && place->writable;
  }
  errno = fault_errno;
  return fault_short ? Verdict::kShort : Verdict::kFail;
}

// A question to the kernel about an interface is not a packet on it.
constexpr const char* kNetlink = "rtnetlink";

Kind send_kind(int fd) {
  const KnownFd* const place = known(fd);
  return place != nullptr && strcmp(place->path, kNetlink) == 0 ? kAsk : kSend;
}

// libseccomp ends in a double free, or makes a filter that lacks rules, if one of its allocations
// fails; nothing that the tool could do would help. Its allocations do not count.
uintptr_t libseccomp_begin = 0;
uintptr_t libseccomp_end = 0;

int find_libseccomp(dl_phdr_info* library, size_t, void*) {
  if (strstr(library->dlpi_name, "libseccomp") == nullptr) return 0;
  libseccomp_begin = library->dlpi_addr;
  for (unsigned i = 0; i < library->dlpi_phnum; ++i) {
    const auto& part = library->dlpi_phdr[i];
    if (part.p_type == PT_LOAD) libseccomp_end = library->dlpi_addr + part.p_vaddr + part.p_memsz;
  }
  return 1;
}

Verdict judge_allocation(const void* caller) {
  const auto from = reinterpret_cast<uintptr_t>(caller);
  if (from >= libseccomp_begin && from < libseccomp_end) return Verdict::kPass;
  return judge(kMalloc);
}

// What was opened by a name, or stands for a standard stream: no disk is full for an eventfd or a
// pipe by which threads wake each other. The standard streams as such have tests elsewhere.
bool of_interest(int fd) {
  const KnownFd* const place = fd > STDERR_FILENO ? known(fd) : nullptr;
  return place != nullptr && place->path[0] != '\0';
}

void parse_fault(const char* text) {
  const char* const number = strchr(text, ':');
  if (number == nullptr) return;
  for (unsigned kind = 0; kind < kKinds; ++kind) {
    const size_t length = strlen(kNames[kind]);
    if (length == static_cast<size_t>(number - text) && strncmp(text, kNames[kind], length) == 0)
      fault_kind = kind;
  }
  char* rest = nullptr;
  fault_number = strtoull(number + 1, &rest, 10);
  if (*rest == '+') {
    fault_persists = true;
    ++rest;
  }
  if (*rest != ':') return;
  fault_short = strcmp(rest + 1, "short") == 0;
  fault_errno = fault_short ? 0 : atoi(rest + 1);
}

void open_report(const char* path) {
  const int fd = static_cast<int>(next_of(&::open, "open")(path, O_RDWR | O_CREAT | O_TRUNC, 0600));
  if (fd < 0) return;
  void* place = MAP_FAILED;
  if (next_of(&::ftruncate, "ftruncate")(fd, sizeof(Report)) == 0) {
    place = next_of(&::mmap, "mmap")(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED,
                                     fd, 0);
  }
  next_of(&::close, "close")(fd);
  if (place != MAP_FAILED) report = static_cast<Report*>(place);
}

using Main = int (*)(int, char**, char**);
Main real_main = nullptr;

int counted_main(int argc, char** argv, char** environment) {
  if (const char* fault = getenv("GC_FAULT")) parse_fault(fault);
  if (const char* path = getenv("GC_FAULT_REPORT")) open_report(path);
  for (unsigned kind = 0; kind < kKinds; ++kind)
    strncpy(report->rows[kind].name, kNames[kind], sizeof(report->rows[kind].name) - 1);
  dl_iterate_phdr(find_libseccomp, nullptr);
  // What counts coverage allocates at the end, and takes no refusal.
  atexit([] { armed.store(false); });
  armed.store(true);
  const int status = real_main(argc, argv, environment);
  armed.store(false);
  return status;
}

void end_of(int fd) {
  if (KnownFd* const place = known(fd)) place->path[0] = '\0';
}

int open_flags_kind(int flags) {
  return (flags & O_CREAT) != 0 ? kCreate : kOpen;
}

}  // namespace

extern "C" {

int __libc_start_main(Main main_function, int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*loader_fini)(), void* stack_end) {
  using Start = int(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  real_main = main_function;
  auto* const next = reinterpret_cast<Start*>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return next(counted_main, argc, argv, init, fini, loader_fini, stack_end);
}

// --- bytes ---------------------------------------------------------------------------------------

ssize_t read(int fd, void* buffer, size_t size) {
  NEXT(read);
  const Verdict verdict = of_interest(fd) ? judge(kRead, nullptr, fd) : Verdict::kPass;
  if (verdict == Verdict::kFail) return -1;
  return next(fd, buffer, verdict == Verdict::kShort && size > 1 ? 1 : size);
}

ssize_t write(int fd, const void* buffer, size_t size) {
  NEXT(write);
  const Verdict verdict = of_interest(fd) ? judge(kWrite, nullptr, fd) : Verdict::kPass;
  if (verdict == Verdict::kFail) return -1;
  return next(fd, buffer, verdict == Verdict::kShort && size > 1 ? 1 : size);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  NEXT(writev);
  const Verdict verdict = of_interest(fd) ? judge(kWrite, nullptr, fd) : Verdict::kPass;
  if (verdict == Verdict::kFail) return -1;
  if (verdict == Verdict::kShort && count > 0 && parts->iov_len > 0) {
    const iovec first{parts->iov_base, 1};
    return next(fd, &first, 1);
  }
  return next(fd, parts, count);
}

#define PREAD(name)                                                                     \
  ssize_t name(int fd, void* buffer, size_t size, off_t offset) {                       \
    NEXT(name);                                                                         \
    const Verdict verdict = judge(kPread, nullptr, fd);                                 \
    if (verdict == Verdict::kFail) return -1;                                           \
    return next(fd, buffer, verdict == Verdict::kShort && size > 1 ? 1 : size, offset); \
  }
PREAD(pread)
PREAD(pread64)

#define PWRITE(name)                                                                    \
  ssize_t name(int fd, const void* buffer, size_t size, off_t offset) {                 \
    NEXT(name);                                                                         \
    const Verdict verdict = judge(kPwrite, nullptr, fd);                                \
    if (verdict == Verdict::kFail) return -1;                                           \
    return next(fd, buffer, verdict == Verdict::kShort && size > 1 ? 1 : size, offset); \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define SEEK(name)                                              \
  off_t name(int fd, off_t offset, int whence) noexcept {       \
    NEXT(name);                                                 \
    if (judge(kSeek, nullptr, fd) != Verdict::kPass) return -1; \
    return next(fd, offset, whence);                            \
  }
SEEK(lseek)
SEEK(lseek64)

// --- files ---------------------------------------------------------------------------------------

#define OPEN(name)                                                                           \
  int name(const char* path, int flags, ...) {                                               \
    NEXT(name);                                                                              \
    va_list more;                                                                            \
    va_start(more, flags);                                                                   \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;     \
    va_end(more);                                                                            \
    if (judge(static_cast<Kind>(open_flags_kind(flags)), path) != Verdict::kPass) return -1; \
    const int fd = next(path, flags, mode);                                                  \
    remember(fd, path, flags);                                                               \
    return fd;                                                                               \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                         \
  int name(int folder, const char* path, int flags, ...) {                                   \
    NEXT(name);                                                                              \
    va_list more;                                                                            \
    va_start(more, flags);                                                                   \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;     \
    va_end(more);                                                                            \
    if (judge(static_cast<Kind>(open_flags_kind(flags)), path) != Verdict::kPass) return -1; \
    const int fd = next(folder, path, flags, mode);                                          \
    remember(fd, path, flags);                                                               \
    return fd;                                                                               \
  }
OPENAT(openat)
OPENAT(openat64)

#define FOPEN(name)                                           \
  FILE* name(const char* path, const char* mode) {            \
    NEXT(name);                                               \
    if (judge(kOpen, path) != Verdict::kPass) return nullptr; \
    return next(path, mode);                                  \
  }
FOPEN(fopen)
FOPEN(fopen64)

DIR* opendir(const char* path) {
  NEXT(opendir);
  return judge(kOpen, path) == Verdict::kPass ? next(path) : nullptr;
}

// As on Linux, the descriptor is gone whatever it says.
int close(int fd) {
  NEXT(close);
  const Verdict verdict = of_interest(fd) ? judge(kClose, nullptr, fd) : Verdict::kPass;
  const int sys = errno;
  end_of(fd);
  const int status = next(fd);
  if (verdict == Verdict::kPass) return status;
  errno = sys;
  return -1;
}

#define ONE_FD(name, kind)                                             \
  int name(int fd) {                                                   \
    NEXT(name);                                                        \
    return judge(kind, nullptr, fd) == Verdict::kPass ? next(fd) : -1; \
  }
ONE_FD(fsync, kFsync)
ONE_FD(fdatasync, kFsync)

#define TRUNCATE(name)                                                             \
  int name(int fd, off_t size) noexcept {                                          \
    NEXT(name);                                                                    \
    return judge(kFtruncate, nullptr, fd) == Verdict::kPass ? next(fd, size) : -1; \
  }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

int rename(const char* from, const char* to) noexcept {
  NEXT(rename);
  return judge(kRename, to) == Verdict::kPass ? next(from, to) : -1;
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  NEXT(renameat);
  return judge(kRename, to) == Verdict::kPass ? next(from_folder, from, to_folder, to) : -1;
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  NEXT(renameat2);
  return judge(kRename, to) == Verdict::kPass ? next(from_folder, from, to_folder, to, flags) : -1;
}

int mkdir(const char* path, mode_t mode) noexcept {
  NEXT(mkdir);
  return judge(kMkdir, path) == Verdict::kPass ? next(path, mode) : -1;
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  NEXT(mkdirat);
  return judge(kMkdir, path) == Verdict::kPass ? next(folder, path, mode) : -1;
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  NEXT(linkat);
  return judge(kLink, to) == Verdict::kPass ? next(from_folder, from, to_folder, to, flags) : -1;
}

int symlinkat(const char* target, int folder, const char* path) noexcept {
  NEXT(symlinkat);
  return judge(kLink, path) == Verdict::kPass ? next(target, folder, path) : -1;
}

int fchmod(int fd, mode_t mode) noexcept {
  NEXT(fchmod);
  return judge(kChmod, nullptr, fd) == Verdict::kPass ? next(fd, mode) : -1;
}

int futimens(int fd, const timespec times[2]) noexcept {
  NEXT(futimens);
  return judge(kChmod, nullptr, fd) == Verdict::kPass ? next(fd, times) : -1;
}

#define FCNTL(name)                                                                  \
  int name(int fd, int command, ...) {                                               \
    NEXT(name);                                                                      \
    va_list more;                                                                    \
    va_start(more, command);                                                         \
    void* const argument = va_arg(more, void*);                                      \
    va_end(more);                                                                    \
    if (judge(kFcntl, nullptr, fd) != Verdict::kPass) return -1;                     \
    const int status = next(fd, command, argument);                                  \
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) remember_copy(status, fd); \
    return status;                                                                   \
  }
FCNTL(fcntl)
FCNTL(fcntl64)

// --- facts ---------------------------------------------------------------------------------------

#define FSTAT(name, Facts)                                                      \
  int name(int fd, Facts* facts) noexcept {                                     \
    NEXT(name);                                                                 \
    return judge(kFstat, nullptr, fd) == Verdict::kPass ? next(fd, facts) : -1; \
  }
FSTAT(fstat, struct stat)
FSTAT(fstat64, struct stat64)

#define STAT(name, Facts)                                                 \
  int name(const char* path, Facts* facts) noexcept {                     \
    NEXT(name);                                                           \
    return judge(kStat, path) == Verdict::kPass ? next(path, facts) : -1; \
  }
STAT(stat, struct stat)
STAT(stat64, struct stat64)
STAT(lstat, struct stat)
STAT(lstat64, struct stat64)

#define FSTATAT(name, Facts)                                                             \
  int name(int folder, const char* path, Facts* facts, int flags) noexcept {             \
    NEXT(name);                                                                          \
    return judge(kStat, path) == Verdict::kPass ? next(folder, path, facts, flags) : -1; \
  }
FSTATAT(fstatat, struct stat)
FSTATAT(fstatat64, struct stat64)

int statx(int folder, const char* path, int flags, unsigned mask, struct statx* facts) noexcept {
  NEXT(statx);
  return judge(kStat, path) == Verdict::kPass ? next(folder, path, flags, mask, facts) : -1;
}

dirent* readdir(DIR* folder) {
  NEXT(readdir);
  return judge(kGetdents, nullptr, dirfd(folder)) == Verdict::kPass ? next(folder) : nullptr;
}

dirent64* readdir64(DIR* folder) {
  NEXT(readdir64);
  return judge(kGetdents, nullptr, dirfd(folder)) == Verdict::kPass ? next(folder) : nullptr;
}

// --- network -------------------------------------------------------------------------------------

int socket(int domain, int type, int protocol) noexcept {
  NEXT(socket);
  if (judge(kSocket) != Verdict::kPass) return -1;
  const int fd = next(domain, type, protocol);
  if (domain == AF_NETLINK) remember(fd, kNetlink, O_RDONLY);
  return fd;
}

ssize_t send(int fd, const void* buffer, size_t size, int flags) {
  NEXT(send);
  return judge(send_kind(fd), nullptr, fd) != Verdict::kFail ? next(fd, buffer, size, flags) : -1;
}

ssize_t sendto(int fd, const void* buffer, size_t size, int flags, const sockaddr* to,
               socklen_t to_size) {
  NEXT(sendto);
  return judge(send_kind(fd), nullptr, fd) != Verdict::kFail
             ? next(fd, buffer, size, flags, to, to_size)
             : -1;
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  NEXT(sendmsg);
  return judge(send_kind(fd), nullptr, fd) != Verdict::kFail ? next(fd, message, flags) : -1;
}

int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  NEXT(sendmmsg);
  const Verdict verdict = judge(send_kind(fd), nullptr, fd);
  if (verdict == Verdict::kFail) return -1;
  return next(fd, messages, verdict == Verdict::kShort && count > 1 ? 1 : count, flags);
}

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  NEXT(recv);
  return judge(kReceive, nullptr, fd) == Verdict::kPass ? next(fd, buffer, size, flags) : -1;
}

ssize_t recvfrom(int fd, void* buffer, size_t size, int flags, sockaddr* from,
                 socklen_t* from_size) {
  NEXT(recvfrom);
  return judge(kReceive, nullptr, fd) == Verdict::kPass
             ? next(fd, buffer, size, flags, from, from_size)
             : -1;
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  NEXT(recvmsg);
  return judge(kReceive, nullptr, fd) == Verdict::kPass ? next(fd, message, flags) : -1;
}

// --- waiting, threads, memory --------------------------------------------------------------------

int poll(pollfd* waited, nfds_t count, int timeout_ms) {
  NEXT(poll);
  return judge(kPoll) == Verdict::kPass ? next(waited, count, timeout_ms) : -1;
}

int ppoll(pollfd* waited, nfds_t count, const timespec* timeout, const sigset_t* signals) {
  NEXT(ppoll);
  return judge(kPoll) == Verdict::kPass ? next(waited, count, timeout, signals) : -1;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  NEXT(clock_nanosleep);
  return judge(kSleep) == Verdict::kPass ? next(clock, flags, time, left) : fault_errno;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) noexcept {
  NEXT(pthread_create);
  return judge(kThread) == Verdict::kPass ? next(thread, attributes, run, argument) : fault_errno;
}

#define MMAP(name)                                                                                 \
  void* name(void* place, size_t size, int protection, int flags, int fd, off_t offset) noexcept { \
    NEXT(name);                                                                                    \
    return judge(kMmap, nullptr, fd) == Verdict::kPass                                             \
               ? next(place, size, protection, flags, fd, offset)                                  \
               : MAP_FAILED;                                                                       \
  }
MMAP(mmap)
MMAP(mmap64)

// dlsym() allocates: these have to be found without it. With ASan and TSan, whose own functions
// come first, they are not called at all.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) noexcept {
  return judge_allocation(__builtin_return_address(0)) == Verdict::kPass ? __libc_malloc(size)
                                                                         : nullptr;
}

void* calloc(size_t count, size_t size) noexcept {
  return judge_allocation(__builtin_return_address(0)) == Verdict::kPass
             ? __libc_calloc(count, size)
             : nullptr;
}

void* realloc(void* old, size_t size) noexcept {
  return judge_allocation(__builtin_return_address(0)) == Verdict::kPass ? __libc_realloc(old, size)
                                                                         : nullptr;
}

void* memalign(size_t alignment, size_t size) noexcept {
  return judge_allocation(__builtin_return_address(0)) == Verdict::kPass
             ? __libc_memalign(alignment, size)
             : nullptr;
}

void* aligned_alloc(size_t alignment, size_t size) noexcept {
  return judge_allocation(__builtin_return_address(0)) == Verdict::kPass
             ? __libc_memalign(alignment, size)
             : nullptr;
}

int posix_memalign(void** place, size_t alignment, size_t size) noexcept {
  if (judge_allocation(__builtin_return_address(0)) != Verdict::kPass) return ENOMEM;
  void* const made = __libc_memalign(alignment, size);
  if (made == nullptr) return ENOMEM;
  *place = made;
  return 0;
}

}  // extern "C"
