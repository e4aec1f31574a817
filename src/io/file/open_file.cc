#include "io/file/open_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "io/file/path_walk.h"

namespace gophercap::io {
namespace {

// Files in /proc and the like are regular, but a read may block, ignoring a stop request
// (/proc/kmsg, trace_pipe), or consume data that others wait for. Their size is 0.
bool is_made_by_kernel(int fd) noexcept {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size != 0) return false;
  struct statfs place {};
  constexpr std::array<decltype(place.f_type), 5> kKernel = {
      PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC, SECURITYFS_MAGIC};
  return ::fstatfs(fd, &place) == 0 &&
         std::find(kKernel.begin(), kKernel.end(), place.f_type) != kKernel.end();
}

Result<Fd> open_at(int folder, const std::string& name, int more_flags, const std::string& shown) {
  const auto open_with = [&](int waiting) {
    int fd = -1;
    do {
      fd = ::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | more_flags | waiting);
    } while (fd < 0 && errno == EINTR);
    return fd;
  };
  // Without O_NONBLOCK, opening a FIFO would block until it has a writer, and a stop request could
  // not end that.
  Fd fd(open_with(O_NONBLOCK));
  // Another program (such as Samba) has to release its lease on the file first, and soon will.
  if (!fd.valid() && errno == EWOULDBLOCK) fd = Fd(open_with(0));
  if (!fd.valid()) return errno_error(errno, shown);
  if (is_made_by_kernel(fd.value())) {
    return Error{Errc::kUnsupported, 0,
                 shown + ": is no file of a disk, but something that the kernel tells"};
  }
  // Reads are supposed to block.
  if (::fcntl(fd.value(), F_SETFL, 0) != 0) return errno_error(errno, shown);
  return fd;
}

}  // namespace

Result<Fd> open_file(const std::string& path, Owners owners) {
  if (owners == Owners::kAnyone) return open_at(AT_FDCWD, path, 0, path);
  TRY(const WalkEnd end, walk(path, Purpose::kRead));
  TRY(Fd fd, open_at(end.folder.value(), end.name, end.no_follow(), path));
  struct stat facts {};
  if (::fstat(fd.value(), &facts) != 0) return errno_error(errno, path);
  if (end.shared && !is_trusted_owner(facts.st_uid)) {
    return Error{Errc::kPermission, 0,
                 fmt::format("{}: {}, and lies where everybody may put files{}", path,
                             of_another_user(facts.st_uid), kNotRead)};
  }
  return fd;
}

bool is_distrusted(const Error& error) noexcept {
  return error.code == Errc::kPermission && error.sys == 0 && error.what.ends_with(kNotRead);
}

bool is_regular(int fd) noexcept {
  struct stat facts {};
  return ::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
}

}  // namespace gophercap::io
