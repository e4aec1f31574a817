// Waiting, threads, memory.
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#include <cerrno>
#include <cstdlib>

#include "shim.h"

using namespace faults;

extern "C" {

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
  return judge(kSleep) == Verdict::kPass ? next(clock, flags, time, left) : refusal();
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) noexcept {
  NEXT(pthread_create);
  return judge(kThread) == Verdict::kPass ? next(thread, attributes, run, argument) : refusal();
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

// dlsym() allocates, so these must be found without it. With ASan and TSan, whose own functions
// take precedence, they are never called.
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
