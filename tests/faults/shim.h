// Preloaded into the binary under test: makes one call of one kind of function fail, as the system
// might. What a person can't get out of a healthy machine (a close() that says that the disk was
// full, the 17th allocation refused) becomes a command line.
//
//   GC_FAULT=KIND:N:ERROR     the N-th call of that kind, counted from main(), fails with that
//                             errno, a number; N+ the N-th and every later one; ERROR "short": it
//                             transfers one byte
//   GC_FAULT_REPORT=FILE      Report (shim.cc), written as the run goes, so that it also tells of
//   one
//                             that was killed
//
// Nothing in here allocates, locks, or makes a system call of its own once main() runs: the tool
// may be out of memory or behind a system call filter.
#pragma once

#include <dlfcn.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace faults {

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

// kShort: to be made with one byte.
enum class Verdict : uint8_t { kPass, kFail, kShort };

// Counts a call. `path` or `fd` say what it is about. kFail: errno is set.
Verdict judge(Kind kind, const char* path = nullptr, int fd = -1);
// The errno of a fault, for calls that return it.
int refusal() noexcept;
// Counts an allocation, by the address that it was called from.
Verdict judge_allocation(const void* caller);

// What descriptors stand for, so that a report can tell.
void remember(int fd, const char* path, int flags);
void remember_copy(int copy, int fd);
void forget(int fd);
// What was opened by a name, or stands for a standard stream: no disk is full for an eventfd or a
// pipe by which threads wake each other. The standard streams as such have tests elsewhere.
bool of_interest(int fd);

// A question to the kernel about an interface is not a packet on it.
inline constexpr const char* kNetlink = "rtnetlink";
Kind send_kind(int fd);

template <class Function>
Function* next_of(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}
#define NEXT(name) static const auto next = faults::next_of(&::name, #name)

}  // namespace faults
