#include "io/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <utility>

#include "base/retry.h"

namespace gophercap::io {
namespace {

// Some file systems have no fsync for folders, and pipes none at all; that is no failure of the
// write.
bool cannot_sync(int sys) {
  return sys == EINVAL || sys == ENOTSUP || sys == EROFS;
}

Result<> sync_folder(const Fd& folder, const std::string& shown) {
  const Fd readable(uninterrupted(
      [&] { return ::openat(folder.value(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!readable.valid()) {
    if (errno == EACCES) return {};  // a folder that may be written but not listed
    return errno_error(errno, shown);
  }
  return sync_fd(readable.value(), shown);
}

}  // namespace

Result<> sync_fd(int fd, const std::string& shown) {
  while (::fsync(fd) != 0) {
    if (errno == EINTR) continue;
    if (cannot_sync(errno)) return {};
    return errno_error(errno, shown);
  }
  return {};
}

Result<NewFile> NewFile::create(WalkEnd place, std::string shown) {
  static std::atomic<uint32_t> counter = 0;
  constexpr size_t kLongestName = NAME_MAX - 40;
  constexpr mode_t kMost = 0644;
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const bool replaces_ours = place.facts && place.facts->st_uid == ::geteuid();
  NewFile file;
  file.folder_ = std::move(place.folder);
  file.name_ = std::move(place.name);
  file.shown_ = std::move(shown);
  while (true) {
    // Left-overs of a killed process may have our process id, hence the loop.
    std::string temp = '.' + file.name_.substr(0, kLongestName) + '.' + std::to_string(::getpid()) +
                       '-' + std::to_string(counter++) + ".part";
    // A secret that is written anew must not be readable for a moment.
    file.fd_ = Fd(
        ::openat(file.folder_.value(), temp.c_str(), kFlags, replaces_ours ? mode_t{0600} : kMost));
    if (file.fd_.valid()) {
      file.temp_name_ = std::move(temp);  // a copy could fail, and nobody would know of the file
      break;
    }
    if (errno != EEXIST && errno != EINTR) return errno_error(errno, file.shown_);
  }
  if (replaces_ours && ::fchmod(file.fd_.value(), place.facts->st_mode & kMost) != 0)
    return errno_error(errno, file.shown_);
  return file;
}

NewFile::NewFile(NewFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      name_(std::move(other.name_)),
      shown_(std::move(other.shown_)),
      temp_name_(std::exchange(other.temp_name_, {})),
      fd_(std::move(other.fd_)) {}

NewFile& NewFile::operator=(NewFile&& other) noexcept {
  if (this != &other) {
    discard();
    folder_ = std::move(other.folder_);
    name_ = std::move(other.name_);
    shown_ = std::move(other.shown_);
    temp_name_ = std::exchange(other.temp_name_, {});
    fd_ = std::move(other.fd_);
  }
  return *this;
}

NewFile::~NewFile() {
  discard();
}

void NewFile::discard() noexcept {
  if (!temp_name_.empty()) ::unlinkat(folder_.value(), temp_name_.c_str(), 0);
  temp_name_.clear();
  fd_.reset();
}

Result<> NewFile::publish(Sync sync) {
  Result<> done;
  if (sync == Sync::kYes) done = sync_fd(fd_.value(), shown_);
  // NFS and quotas report what did not fit here at the latest.
  if (::close(fd_.release()) != 0 && errno != EINTR && done) done = errno_error(errno, shown_);
  if (done && ::renameat(folder_.value(), temp_name_.c_str(), folder_.value(), name_.c_str()) != 0)
    done = errno_error(errno, shown_);
  if (!done) {
    discard();
    return done;
  }
  temp_name_.clear();
  return sync == Sync::kYes ? sync_folder(folder_, shown_) : Result<>();
}

}  // namespace gophercap::io
