// Counts and reports calls, and initializes the shim.
#include "shim.h"

#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace faults {
namespace {

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

KnownFd* known(int fd) {
  return fd >= 0 && static_cast<size_t>(fd) < kMostFds ? &known_fds[fd] : nullptr;
}

// Libraries whose allocations are not counted, since the tool could not react properly. If an
// allocation fails, libseccomp frees memory twice or makes a filter without some rules, and libpcap
// crashes in its scanner, for which the tool keeps memory in reserve.
struct Library {
  const char* name;
  uintptr_t begin;
  uintptr_t end;
};
Library libraries[] = {{"libseccomp", 0, 0}, {"libpcap", 0, 0}};

int find_libraries(dl_phdr_info* loaded, size_t, void*) {
  for (Library& library : libraries) {
    if (strstr(loaded->dlpi_name, library.name) == nullptr) continue;
    library.begin = loaded->dlpi_addr;
    for (unsigned i = 0; i < loaded->dlpi_phnum; ++i) {
      const auto& part = loaded->dlpi_phdr[i];
      if (part.p_type == PT_LOAD) library.end = loaded->dlpi_addr + part.p_vaddr + part.p_memsz;
    }
  }
  return 0;
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
  dl_iterate_phdr(find_libraries, nullptr);
  // The coverage runtime allocates at the end and cannot handle a failure.
  atexit([] { armed.store(false); });
  armed.store(true);
  const int status = real_main(argc, argv, environment);
  armed.store(false);
  return status;
}

}  // namespace

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

void forget(int fd) {
  if (KnownFd* const place = known(fd)) place->path[0] = '\0';
}

bool of_interest(int fd) {
  const KnownFd* const place = fd > STDERR_FILENO ? known(fd) : nullptr;
  return place != nullptr && place->path[0] != '\0';
}

Verdict judge(Kind kind, const char* path, int fd) {
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

int refusal() noexcept {
  return fault_errno;
}

Verdict judge_allocation(const void* caller) {
  const auto from = reinterpret_cast<uintptr_t>(caller);
  for (const Library& library : libraries) {
    if (from >= library.begin && from < library.end) return Verdict::kPass;
  }
  return judge(kMalloc);
}

Kind send_kind(int fd) {
  const KnownFd* const place = known(fd);
  return place != nullptr && strcmp(place->path, kNetlink) == 0 ? kAsk : kSend;
}

}  // namespace faults

extern "C" int __libc_start_main(faults::Main main_function, int argc, char** argv, void (*init)(),
                                 void (*fini)(), void (*loader_fini)(), void* stack_end) {
  using Start = int(faults::Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  faults::real_main = main_function;
  auto* const next = reinterpret_cast<Start*>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return next(faults::counted_main, argc, argv, init, fini, loader_fini, stack_end);
}
