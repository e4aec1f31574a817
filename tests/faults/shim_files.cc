// Calls for files: names, metadata, descriptors.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "shim.h"

using namespace faults;

namespace {

Kind open_kind(int flags) {
  return (flags & O_CREAT) != 0 ? kCreate : kOpen;
}

}  // namespace

extern "C" {

#define OPEN(name)                                                                       \
  int name(const char* path, int flags, ...) {                                           \
    NEXT(name);                                                                          \
    va_list more;                                                                        \
    va_start(more, flags);                                                               \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                                        \
    if (judge(open_kind(flags), path) != Verdict::kPass) return -1;                      \
    const int fd = next(path, flags, mode);                                              \
    remember(fd, path, flags);                                                           \
    return fd;                                                                           \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                     \
  int name(int folder, const char* path, int flags, ...) {                               \
    NEXT(name);                                                                          \
    va_list more;                                                                        \
    va_start(more, flags);                                                               \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                                        \
    if (judge(open_kind(flags), path) != Verdict::kPass) return -1;                      \
    const int fd = next(folder, path, flags, mode);                                      \
    remember(fd, path, flags);                                                           \
    return fd;                                                                           \
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

// As on Linux, the descriptor is closed whatever the result.
int close(int fd) {
  NEXT(close);
  const Verdict verdict = of_interest(fd) ? judge(kClose, nullptr, fd) : Verdict::kPass;
  const int sys = errno;
  forget(fd);
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

}  // extern "C"
