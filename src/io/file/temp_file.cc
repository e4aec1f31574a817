#include "io/file/temp_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/mutex.h"
#include "base/retry.h"

namespace gophercap::io {

// An entry in the list of unfinished files.
struct UnfinishedFile {
  int folder = -1;
  std::string name{};
  UnfinishedFile* next = nullptr;
  UnfinishedFile* previous = nullptr;
};

namespace {

constexpr std::string_view kEnding = ".part";

// Long names are cut, so that prefix and suffix fit.
std::string_view stem_of(std::string_view name) {
  constexpr size_t kLongest = NAME_MAX - 40;
  return name.substr(0, kLongest);
}

std::string new_name(std::string_view name) {
  static std::atomic<uint32_t> counter = 0;
  std::string temp = ".";
  temp += stem_of(name);
  temp += '.' + std::to_string(::getpid()) + '-' + std::to_string(counter++);
  return temp += kEnding;
}

// Returns the stem of ".STEM.PROCESS-NUMBER.part", or an empty text for other names.
std::string_view stem_of_temporary(std::string_view name) {
  if (!name.starts_with('.') || !name.ends_with(kEnding)) return {};
  name.remove_prefix(1);
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
  const bool is_one = take_number() && take('-') && take_number() && take('.');
  return is_one ? name : std::string_view{};
}

// Locks a new file to mark it as being written. Returns false if another process has taken it for a
// leftover in the meantime. Without locking support, no process can lock the file to remove it
// either.
bool is_ours(int fd) {
  struct stat facts {};
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  return ::fstat(fd, &facts) != 0 || facts.st_nlink > 0;
}

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

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

// Files are created under this lock too, so that none appears during or after remove_unfinished().
Mutex mutex;
UnfinishedFile* first GUARDED_BY(mutex) = nullptr;
bool ended GUARDED_BY(mutex) = false;

void enter(UnfinishedFile& entry) REQUIRES_LOCK(mutex) {
  entry.next = first;
  if (first != nullptr) first->previous = &entry;
  first = &entry;
}

void leave(UnfinishedFile& entry) noexcept {
  const MutexLock lock(mutex);
  if (entry.next != nullptr) entry.next->previous = entry.previous;
  (entry.previous != nullptr ? entry.previous->next : first) = entry.next;
}

// Returns -1 and sets errno on failure.
int make(UnfinishedFile& entry, mode_t mode) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  const MutexLock lock(mutex);
  if (ended) {
    errno = ECANCELED;
    return -1;
  }
  const int fd = ::openat(entry.folder, entry.name.c_str(), kFlags, mode);
  if (fd >= 0) enter(entry);
  return fd;
}

}  // namespace

void remove_unfinished() noexcept {
  const MutexLock lock(mutex);
  ended = true;
  for (const UnfinishedFile* entry = first; entry != nullptr; entry = entry->next)
    ::unlinkat(entry->folder, entry->name.c_str(), 0);
}

uint64_t remove_left_over(int folder, std::string_view name, const std::stop_token& stop) {
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
    const std::string_view stem = stem_of_temporary(entry->d_name);
    if (stem.empty() || (!name.empty() && stem != stem_of(name))) continue;
    if (remove_if_left_over(folder, entry->d_name)) ++removed;
  }
  return removed;
}

TempFile::TempFile() noexcept = default;

TempFile::TempFile(TempFile&& other) noexcept = default;

TempFile& TempFile::operator=(TempFile&& other) noexcept {
  if (this != &other) {
    discard();
    entry_ = std::move(other.entry_);
    fd_ = std::move(other.fd_);
    lock_ = std::move(other.lock_);
  }
  return *this;
}

TempFile::~TempFile() {
  discard();
}

Result<TempFile> TempFile::create(int folder, const std::string& name, mode_t mode,
                                  const std::string& shown) {
  if (name.size() > NAME_MAX) return errno_error(ENAMETOOLONG, shown);
  while (true) {
    // The name is hidden, so that programs which read the folder skip it. Leftovers of a killed
    // process may have our process id, hence the loop. Memory is allocated before the file is
    // created.
    auto entry = std::make_unique<UnfinishedFile>();
    entry->folder = folder;
    entry->name = new_name(name);
    const int fd = make(*entry, mode);
    if (fd >= 0) {
      TempFile file;
      file.fd_ = Fd(fd);
      file.entry_ = std::move(entry);
      if (is_ours(fd)) return file;
      continue;  // without it
    }
    if (errno != EEXIST && errno != EINTR) return errno_error(errno, shown);
  }
}

const char* TempFile::name() const noexcept {
  return entry_->name.c_str();
}

Result<> TempFile::close(const std::string& shown) {
  // The lock is kept until the file gets its name. If no descriptor is left for that, it ends a
  // moment earlier.
  lock_ = Fd(::fcntl(fd_.value(), F_DUPFD_CLOEXEC, 0));
  if (::close(fd_.release()) != 0 && errno != EINTR) return errno_error(errno, shown);
  return {};
}

void TempFile::release() noexcept {
  if (entry_ != nullptr) leave(*entry_);
  entry_.reset();
  fd_.reset();
  lock_.reset();
}

void TempFile::discard() noexcept {
  if (entry_ != nullptr) ::unlinkat(entry_->folder, entry_->name.c_str(), 0);
  release();
}

}  // namespace gophercap::io
