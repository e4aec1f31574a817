#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <utility>

#include "base/retry.h"
#include "io/waiting.h"

namespace gophercap::io {
namespace {

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

std::string name_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

// Follows links by hand, since realpath() refuses one whose target does not exist yet.
Result<std::string> follow_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as the kernel
  std::string target = path;
  for (int links = 0; links < kMostLinks; ++links) {
    std::array<char, PATH_MAX> text;
    const ssize_t length = ::readlink(target.c_str(), text.data(), text.size());
    if (length < 0) {
      if (errno == EINVAL || errno == ENOENT) return target;
      return errno_error(errno, path);
    }
    const std::string link(text.data(), static_cast<size_t>(length));
    target = link.starts_with('/') ? link : folder_of(target) + link;
  }
  return errno_error(ELOOP, path);
}

// Some file systems have no fsync for folders, and pipes none at all; that is no failure of the
// write.
bool cannot_sync(int sys) {
  return sys == EINVAL || sys == ENOTSUP || sys == EROFS;
}

// The same pipe by a descriptor that never waits. To tell the one given not to would tell all who
// share standard output. Where it can't be opened again (it is another user's), the one given.
Fd open_again(Fd pipe) {
  const std::string path = "/proc/self/fd/" + std::to_string(pipe.value());
  Fd again(uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC); }));
  return again.valid() ? std::move(again) : std::move(pipe);
}

}  // namespace

Result<Fd> create_beside(const std::string& target, unsigned mode, std::string& temp_path) {
  static std::atomic<uint32_t> counter = 0;
  constexpr size_t kLongestName = NAME_MAX - 40;
  while (true) {
    // Left-overs of a killed process may have our process id, hence the loop.
    temp_path = folder_of(target) + '.' + name_of(target).substr(0, kLongestName) + '.' +
                std::to_string(::getpid()) + '-' + std::to_string(counter++) + ".part";
    const int fd = ::open(temp_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0) return Fd(fd);
    if (errno != EEXIST && errno != EINTR) return errno_error(errno, target);
  }
}

Result<> sync_fd(int fd, const std::string& path) {
  while (::fsync(fd) != 0) {
    if (errno == EINTR) continue;
    if (cannot_sync(errno)) return {};
    return errno_error(errno, path);
  }
  return {};
}

Result<> sync_folder_of(const std::string& path) {
  const std::string folder = folder_of(path);
  const Fd fd(uninterrupted([&] {
    return ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }));
  if (!fd.valid()) {
    if (errno == EACCES) return {};  // a folder that may be written but not listed
    return errno_error(errno, path);
  }
  return sync_fd(fd.value(), path);
}

Result<AtomicFile> AtomicFile::create(const std::string& path, Sync sync, std::stop_token stop) {
  AtomicFile file;
  file.path_ = path == "-" ? "standard output" : path;
  file.sync_ = sync;
  if (path == "-") {
    file.fd_ = Fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!file.fd_.valid()) return errno_error(errno, file.path_);
    file.heed(std::move(stop));
    return file;
  }
  struct stat old {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (!exists && errno != ENOENT) return errno_error(errno, path);
  if (exists && S_ISDIR(old.st_mode)) return errno_error(EISDIR, path);
  if (exists && !S_ISREG(old.st_mode)) {
    TRY(file.fd_, open_to_write(AT_FDCWD, path, path, stop));
    file.heed(std::move(stop));
    return file;
  }
  TRY(file.target_path_, follow_links(path));
  // A secret that is written anew must not be readable for a moment.
  Result<Fd> created = create_beside(file.target_path_, exists ? 0600 : 0666, file.temp_path_);
  if (!created) {
    file.temp_path_.clear();
    Error error = created.error();
    return errno_error(error.sys, path);
  }
  file.fd_ = *std::move(created);
  if (exists && ::fchmod(file.fd_.value(), old.st_mode & 0777) != 0)
    return errno_error(errno, path);
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temp_path_(std::exchange(other.temp_path_, {})),
      target_path_(std::move(other.target_path_)),
      fd_(std::move(other.fd_)),
      sync_(other.sync_),
      stop_(std::move(other.stop_)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    discard();
    path_ = std::move(other.path_);
    temp_path_ = std::exchange(other.temp_path_, {});
    target_path_ = std::move(other.target_path_);
    fd_ = std::move(other.fd_);
    sync_ = other.sync_;
    stop_ = std::move(other.stop_);
  }
  return *this;
}

AtomicFile::~AtomicFile() {
  discard();
}

void AtomicFile::discard() noexcept {
  if (!temp_path_.empty()) ::unlink(temp_path_.c_str());
  temp_path_.clear();
  fd_.reset();
}

Result<> AtomicFile::write(std::span<const uint8_t> bytes) {
  if (!fd_.valid()) return Error{Errc::kIo, 0, path_ + ": already closed"};
  const bool may_wait = (::fcntl(fd_.value(), F_GETFL) & O_NONBLOCK) == 0;
  // As much a pipe takes at once if it has any room.
  const size_t most = stop_.stop_possible() && may_wait ? PIPE_BUF : bytes.size();
  while (!bytes.empty()) {
    if (stop_.stop_possible()) {
      if (Result<> room = wait_to_write(fd_.value(), stop_, path_); !room) {
        discard();
        return room;
      }
    }
    const ssize_t count = ::write(fd_.value(), bytes.data(), std::min(most, bytes.size()));
    if (count < 0) {
      if (errno == EINTR || (errno == EAGAIN && stop_.stop_possible())) continue;
      Error error = errno_error(errno, path_);
      discard();  // nobody shall commit a file with a hole
      return error;
    }
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return {};
}

// Other things than pipes wait for nobody.
void AtomicFile::heed(std::stop_token stop) {
  if (!stop.stop_possible() || !is_pipe(fd_.value())) return;
  stop_ = std::move(stop);
  if ((::fcntl(fd_.value(), F_GETFL) & O_NONBLOCK) == 0) fd_ = open_again(std::move(fd_));
}

Result<> AtomicFile::write(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return write(
      std::span(static_cast<const uint8_t*>(static_cast<const void*>(bytes.data())), bytes.size()));
}

Result<> AtomicFile::commit() {
  if (!fd_.valid()) return Error{Errc::kIo, 0, path_ + ": already closed"};
  Result<> done;
  if (sync_ == Sync::kYes) done = sync_fd(fd_.value(), path_);
  // NFS and quotas report what did not fit here at the latest.
  if (::close(fd_.release()) != 0 && errno != EINTR && done) done = errno_error(errno, path_);
  if (done && !temp_path_.empty() && std::rename(temp_path_.c_str(), target_path_.c_str()) != 0) {
    done = errno_error(errno, path_);
  }
  if (!done || temp_path_.empty()) {
    discard();
    return done;
  }
  temp_path_.clear();
  if (sync_ == Sync::kYes) return sync_folder_of(target_path_);
  return {};
}

}  // namespace gophercap::io
