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

// "create" is an open that may create a file; only that can fail because the disk is full.
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

// kShort: the call must transfer one byte.
enum class Verdict : uint8_t { kPass, kFail, kShort };

// Counts a call. `path` or `fd` identify its object. kFail: errno is set.
Verdict judge(Kind kind, const char* path = nullptr, int fd = -1);
// The errno of a fault, for calls that return it instead of setting errno.
int refusal() noexcept;
// Counts an allocation. `caller` is the address that it was called from.
Verdict judge_allocation(const void* caller);

// Remembers what a descriptor refers to, for the report.
void remember(int fd, const char* path, int flags);
void remember_copy(int copy, int fd);
void forget(int fd);
// True for descriptors opened by name and for redirected standard streams. An eventfd or an
// internal pipe cannot fail because of a full disk. The standard streams as such have other tests.
bool of_interest(int fd);

// A query to the kernel about an interface is not a packet on it.
inline constexpr const char* kNetlink = "rtnetlink";
Kind send_kind(int fd);

template <class Function>
Function* next_of(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}
#define NEXT(name) static const auto next = faults::next_of(&::name, #name)

}  // namespace faults
