#include "confine/landlock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "base/fd.h"

namespace gophercap::confine {
namespace {

// The kernel headers of Debian 12 are those of Linux 6.1. Later additions are defined here.
constexpr uint64_t kTruncate = uint64_t{1} << 14;       // Linux 6.2, ABI 3
constexpr uint64_t kDeviceControl = uint64_t{1} << 15;  // Linux 6.10, ABI 5: ioctl on devices
constexpr uint64_t kTcpBindAndConnect = 3;              // Linux 6.7, ABI 4
constexpr uint64_t kAbstractSocketsAndSignals = 3;      // Linux 6.12, ABI 6
struct RulesetAttributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;  // ABI 4
  uint64_t scoped;              // ABI 6
};

constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kWrite = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                            LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                            LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM |
                            LANDLOCK_ACCESS_FS_REFER | kTruncate;
// These rights are never granted.
constexpr uint64_t kNever = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                            LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                            LANDLOCK_ACCESS_FS_MAKE_SOCK | kDeviceControl;
// The rights that a rule for a file, not a folder, may grant.
constexpr uint64_t kOfFiles =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

uint64_t known_to(long abi) noexcept {
  uint64_t rights = kRead | kWrite | kNever;
  if (abi < 3) rights &= ~kTruncate;
  if (abi < 5) rights &= ~kDeviceControl;
  return rights;
}

// Nothing needs to be allowed for a path that does not exist.
bool is_absence(int sys) noexcept {
  return sys == ENOENT || sys == ENOTDIR || sys == EACCES || sys == ELOOP || sys == ENAMETOOLONG ||
         sys == ENXIO;
}

// Returns 0 or the errno of a rule that the system refused.
int allow(const Fd& ruleset, const std::string& path, uint64_t rights) {
  const Fd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat facts {};
  if (!fd.valid() || ::fstat(fd.value(), &facts) != 0) return is_absence(errno) ? 0 : errno;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(facts.st_mode) ? rights : rights & kOfFiles;
  rule.parent_fd = fd.value();
  // Rules cannot be set for pipes and sockets, which do not need them.
  if (::syscall(SYS_landlock_add_rule, ruleset.value(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
    return 0;
  return errno == EBADFD || errno == ENOMSG ? 0 : errno;
}

std::string refused(int sys) {
  if (sys == ENOSYS) return "no: the kernel has none";
  if (sys == EOPNOTSUPP) return "no: the kernel was started without it";
  return fmt::format("no: {}", std::generic_category().message(sys));
}

}  // namespace

std::string restrict_files(const Paths& paths) {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) return refused(errno);
  // ABI 1 denies every rename and link between folders.
  if (abi < 2) return "no: the kernel's is too old (ABI 1)";
  const uint64_t known = known_to(abi);
  RulesetAttributes attributes{};
  attributes.handled_access_fs = paths.reads_limited ? known : known & ~kRead;
  if (abi >= 4 && paths.network_closed) attributes.handled_access_net = kTcpBindAndConnect;
  // Before ABI 7, threads that are confined separately cannot signal each other.
  if (abi >= 7) attributes.scoped = kAbstractSocketsAndSignals;
  const Fd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (!ruleset.valid()) return refused(errno);

  // Incomplete rules would deny what the job needs, and the resulting error would be misleading.
  int sys = 0;
  const auto allow_all = [&](const std::vector<std::string>& list, uint64_t rights) {
    for (size_t i = 0; i < list.size() && sys == 0; ++i)
      sys = allow(ruleset, list[i], rights & attributes.handled_access_fs);
  };
  if (paths.reads_limited) allow_all(paths.read, kRead);
  allow_all(paths.written, kRead | kWrite);
  allow_all(paths.devices, kRead | LANDLOCK_ACCESS_FS_WRITE_FILE);
  allow_all(paths.emptied, LANDLOCK_ACCESS_FS_REMOVE_DIR);
  if (sys != 0) return refused(sys);
  if (::syscall(SYS_landlock_restrict_self, ruleset.value(), 0) != 0) return refused(errno);
  return fmt::format("ABI {}", abi);
}

}  // namespace gophercap::confine
