#include "io/file/file_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "io/file/waiting.h"

namespace gophercap::io {
namespace {

constexpr const char* kStandardInput = "standard input";

void announce_sequential(int fd) {
  // Doubles the read-ahead of the kernel. It is a hint, so failure does not matter.
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

// Returns a descriptor to the cache at the end of the scope.
class Lease {
 public:
  Lease(FdCache::Impl& cache, FdEntry& entry) : cache_(cache), entry_(entry) {}
  ~Lease() { cache_.give_back(entry_); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

 private:
  FdCache::Impl& cache_;
  FdEntry& entry_;
};

}  // namespace

int64_t mtime_ns_of(const struct stat& status) noexcept {
  return static_cast<int64_t>(static_cast<uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                              static_cast<uint64_t>(status.st_mtim.tv_nsec));
}

FileSource::FileSource(std::string path, FdCache* fds, std::stop_token stop)
    : entry_(std::move(path)),
      cache_(fds == nullptr ? nullptr : &fds->impl()),
      stop_(std::move(stop)) {}

FileSource::~FileSource() {
  if (cache_ != nullptr) cache_->forget(entry_);
}

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path, FdCache* fds,
                                                     std::stop_token stop, Owners owners) {
  const bool standard_input = path == "-";
  std::unique_ptr<FileSource> source(new FileSource(
      standard_input ? kStandardInput : path, standard_input ? nullptr : fds, std::move(stop)));
  if (standard_input) {
    source->entry_.fd = Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!source->entry_.fd.valid()) return errno_error(errno, kStandardInput);
    const int flags = ::fcntl(source->entry_.fd.value(), F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) == O_WRONLY)
      return Error{Errc::kIo, EBADF, std::string(kStandardInput) + ": not open for reading"};
  } else {
    TRY_VOID(source->open_first(owners));
  }
  return source;
}

Result<> FileSource::open_first(Owners owners) {
  if (cache_ == nullptr) {
    TRY(entry_.fd, open_file(entry_.path, owners));
    return inspect_first(entry_.fd.value());
  }
  TRY_VOID(cache_->take(entry_));
  Result<> inspected = inspect_first(entry_.fd.value());
  if (inspected && facts_.regular) {
    cache_->give_back(entry_);
    return {};
  }
  // A pipe cannot be reopened at the same place, so it keeps its descriptor.
  entry_.fd = cache_->detach(entry_);
  cache_ = nullptr;
  return inspected;
}

Result<> FileSource::inspect_first(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno_error(errno, entry_.path);
  if (S_ISDIR(status.st_mode)) return errno_error(EISDIR, entry_.path);
  facts_.regular = S_ISREG(status.st_mode);
  if (!facts_.regular) return {};
  facts_.size_bytes = static_cast<uint64_t>(status.st_size);
  facts_.mtime_ns = mtime_ns_of(status);
  facts_.inode = status.st_ino;
  facts_.device = status.st_dev;
  announce_sequential(fd);
  return {};
}

Result<> FileSource::check_same_file(int fd) const {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno_error(errno, entry_.path);
  if (status.st_ino != facts_.inode || status.st_dev != facts_.device ||
      static_cast<uint64_t>(status.st_size) < offset_) {
    return Error{Errc::kIo, 0, entry_.path + ": file was replaced while being read"};
  }
  return {};
}

Result<size_t> FileSource::read(std::span<uint8_t> out) {
  if (fault_ != nullptr) [[unlikely]]
    return *fault_;
  if (ended_) return 0;
  Result<size_t> count =
      stop_.stop_requested() ? Error{Errc::kCancelled, 0, "stopped"} : read_once(out);
  if (!count) {
    fault_ = std::make_unique<const Error>(count.error());
  } else if (*count == 0) {
    ended_ = true;
  }
  return count;
}

void FileSource::seek(uint64_t offset) noexcept {
  offset_ = offset;
  ended_ = false;
  fault_.reset();
}

Result<size_t> FileSource::read_once(std::span<uint8_t> out) {
  if (cache_ != nullptr) return read_leased(out);
  return read_from(entry_.fd.value(), out);
}

Result<size_t> FileSource::read_leased(std::span<uint8_t> out) {
  TRY(const bool opened, cache_->take(entry_));
  const Lease lease(*cache_, entry_);
  if (opened) {
    TRY_VOID(check_same_file(entry_.fd.value()));
    announce_sequential(entry_.fd.value());
  }
  return read_from(entry_.fd.value(), out);
}

Result<size_t> FileSource::read_from(int fd, std::span<uint8_t> out) {
  constexpr size_t kMostAtOnce = std::numeric_limits<int32_t>::max();
  const size_t wanted = std::min(out.size(), kMostAtOnce);
  ssize_t count = 0;
  if (!facts_.regular) TRY_VOID(wait_to_read(fd, stop_));
  do {
    count = facts_.regular ? ::pread(fd, out.data(), wanted, static_cast<off_t>(offset_))
                           : ::read(fd, out.data(), wanted);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return errno_error(errno, entry_.path);
  offset_ += static_cast<uint64_t>(count);
  if (count == 0 && facts_.regular) {
    // Without this check, a file that was truncated while it is read would look complete.
    struct stat status {};
    if (::fstat(fd, &status) != 0) return errno_error(errno, entry_.path);
    if (static_cast<uint64_t>(status.st_size) < std::max(offset_, facts_.size_bytes)) {
      return Error{Errc::kIo, 0, entry_.path + ": file became shorter while being read"};
    }
  }
  return static_cast<size_t>(count);
}

}  // namespace gophercap::io
