#include "archive/output_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include "base/retry.h"

namespace gophercap::archive {
namespace {

Result<> sync_fd(int fd, const std::string& shown) {
  while (::fsync(fd) != 0) {
    if (errno == EINTR) continue;
    // Some file systems have no fsync for folders.
    if (errno == EINVAL || errno == ENOTSUP || errno == EROFS) return {};
    return errno_error(errno, shown);
  }
  return {};
}

constexpr std::string_view kEnding = ".part";

// ".NAME.PROCESS-NUMBER.part"
bool is_temporary_name(std::string_view name) {
  if (!name.starts_with('.') || !name.ends_with(kEnding)) return false;
  name.remove_suffix(kEnding.size());
  const auto take_number = [&name] {
    const size_t end = name.find_last_not_of("0123456789");
    const bool any = end != std::string_view::npos && end + 1 < name.size();
    if (any) name = name.substr(0, end + 1);
    return any;
  };
  const auto take = [&name](char c) {
    const bool there = name.ends_with(c);
    if (there) name.remove_suffix(1);
    return there;
  };
  return take_number() && take('-') && take_number() && take('.') && name.size() > 1;
}

// Locks a file that has just been made, so that it is seen to be written. False: somebody who takes
// it for a left-over was faster. Where there are no locks, nobody gets one to remove it either.
bool is_ours(int fd) {
  struct stat facts {};
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  return ::fstat(fd, &facts) != 0 || facts.st_nlink > 0;
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

bool remove_if_left_over(int folder, const char* name) {
  const Fd file(uninterrupted(
      [&] { return ::openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); }));
  struct stat opened {};
  struct stat named {};
  return file.valid() && ::fstat(file.value(), &opened) == 0 && S_ISREG(opened.st_mode) &&
         opened.st_uid == ::geteuid() && ::flock(file.value(), LOCK_EX | LOCK_NB) == 0 &&
         ::fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         named.st_ino == opened.st_ino && named.st_dev == opened.st_dev &&
         ::unlinkat(folder, name, 0) == 0;
}

}  // namespace

uint64_t remove_left_over(int folder, const std::stop_token& stop) {
  uint64_t removed = 0;
  const int fd =
      uninterrupted([&] { return ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return removed;
  const std::unique_ptr<DIR, CloseFolder> entries(::fdopendir(fd));
  if (entries == nullptr) {
    ::close(fd);
    return removed;
  }
  while (!stop.stop_requested()) {
    const struct dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    if (is_temporary_name(entry->d_name) && remove_if_left_over(folder, entry->d_name)) ++removed;
  }
  return removed;
}

OutputFile::OutputFile(int folder, std::string name, std::string shown)
    : folder_(folder), name_(std::move(name)), shown_(std::move(shown)) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : folder_(other.folder_),
      name_(std::move(other.name_)),
      shown_(std::move(other.shown_)),
      temp_name_(std::exchange(other.temp_name_, {})),
      fd_(std::move(other.fd_)),
      appended_(other.appended_) {}

OutputFile::~OutputFile() {
  if (!temp_name_.empty()) ::unlinkat(folder_, temp_name_.c_str(), 0);
}

Error OutputFile::failure(int sys) const {
  return errno_error(sys, shown_);
}

Result<OutputFile> OutputFile::create(int folder, const std::string& name, std::string shown) {
  static std::atomic<uint32_t> counter = 0;
  constexpr size_t kLongestName = NAME_MAX - 40;
  OutputFile file(folder, name, std::move(shown));
  if (name.size() > NAME_MAX) return file.failure(ENAMETOOLONG);
  while (true) {
    // Hidden, so that whoever reads the folder passes it by. Left-overs of a killed process may
    // have our process id, hence the loop.
    file.temp_name_ = '.' + name.substr(0, kLongestName) + '.' + std::to_string(::getpid()) + '-' +
                      std::to_string(counter++) + std::string(kEnding);
    const int fd = ::openat(folder, file.temp_name_.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) {
      file.fd_ = Fd(fd);
      if (is_ours(fd)) return file;
      continue;
    }
    if (errno != EEXIST && errno != EINTR) {
      file.temp_name_.clear();
      return file.failure(errno);
    }
  }
}

Result<> OutputFile::write_at(std::span<const uint8_t> bytes, uint64_t offset) {
  constexpr uint64_t kFarthest = INT64_MAX;
  if (offset > kFarthest - bytes.size()) return failure(EFBIG);
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(fd_.value(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0) {
      if (errno == EINTR) continue;
      return failure(errno);
    }
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return {};
}

Result<> OutputFile::append(std::span<const uint8_t> bytes) {
  TRY_VOID(write_at(bytes, appended_));
  appended_ += bytes.size();
  return {};
}

Result<> OutputFile::set_size(uint64_t size_bytes) {
  if (size_bytes > INT64_MAX) return failure(EFBIG);
  while (::ftruncate(fd_.value(), static_cast<off_t>(size_bytes)) != 0) {
    // What file systems say of sizes beyond theirs differs.
    if (errno != EINTR) return failure(errno == EINVAL ? EFBIG : errno);
  }
  return {};
}

Result<bool> OutputFile::give_name(Existing existing) {
  const char* temp = temp_name_.c_str();
  const char* name = name_.c_str();
  if (existing == Existing::kReplace) {
    if (::renameat(folder_, temp, folder_, name) == 0) return true;
    if (errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST) return false;
    return failure(errno);
  }
  if (::renameat2(folder_, temp, folder_, name, RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  // Older and network file systems can't; a link does not replace anything either.
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return failure(errno);
  if (::linkat(folder_, temp, folder_, name, 0) != 0) {
    if (errno == EEXIST) return false;
    return failure(errno);
  }
  ::unlinkat(folder_, temp, 0);
  return true;
}

Result<bool> OutputFile::publish(mode_t mode, timespec mtime, Existing existing, bool sync) {
  const std::array<timespec, 2> times = {timespec{0, UTIME_OMIT}, mtime};
  if (::fchmod(fd_.value(), mode) != 0) return failure(errno);
  if (::futimens(fd_.value(), times.data()) != 0) return failure(errno);
  if (sync) TRY_VOID(sync_fd(fd_.value(), shown_));
  // Its lock lasts until it has its name. Without a descriptor for that, it ends a moment before.
  const Fd locked(::fcntl(fd_.value(), F_DUPFD_CLOEXEC, 0));
  // NFS and quotas report what did not fit here at the latest.
  if (::close(fd_.release()) != 0 && errno != EINTR) return failure(errno);
  TRY(const bool named, give_name(existing));
  if (!named) return false;
  temp_name_.clear();
  if (sync) TRY_VOID(sync_fd(folder_, shown_));
  return true;
}

}  // namespace gophercap::archive
