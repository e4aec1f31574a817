#include "io/file/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/retry.h"

namespace gophercap::io {
namespace {

// Some file systems do not support fsync for folders, and pipes never do. This is not a failed
// write.
bool cannot_sync(int sys) {
  return sys == EINVAL || sys == ENOTSUP || sys == EROFS;
}

Result<> sync_folder(const Fd& folder, const std::string& shown) {
  const Fd readable(uninterrupted(
      [&] { return ::openat(folder.value(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!readable.valid()) {
    if (errno == EACCES) return {};  // the folder is writable but not readable
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
  constexpr mode_t kMost = 0644;
  const bool replaces_ours = place.facts && place.facts->st_uid == ::geteuid();
  NewFile file;
  file.folder_ = std::move(place.folder);
  file.name_ = std::move(place.name);
  file.shown_ = std::move(shown);
  remove_left_over(file.folder_.value(), file.name_, {});
  // A file with restricted permissions must not become readable for others while it is rewritten.
  TRY(file.file_, TempFile::create(file.folder_.value(), file.name_,
                                   replaces_ours ? mode_t{0600} : kMost, file.shown_));
  if (replaces_ours && ::fchmod(file.fd(), place.facts->st_mode & kMost) != 0)
    return errno_error(errno, file.shown_);
  return file;
}

NewFile& NewFile::operator=(NewFile&& other) noexcept {
  if (this != &other) {
    file_ = std::move(other.file_);  // the file's old folder must still be open
    folder_ = std::move(other.folder_);
    name_ = std::move(other.name_);
    shown_ = std::move(other.shown_);
  }
  return *this;
}

Result<> NewFile::publish(Sync sync) {
  Result<> done;
  if (sync == Sync::kYes) done = sync_fd(file_.fd(), shown_);
  if (Result<> closed = file_.close(shown_); done) done = std::move(closed);
  if (done && ::renameat(folder_.value(), file_.name(), folder_.value(), name_.c_str()) != 0)
    done = errno_error(errno, shown_);
  if (!done) {
    discard();
    return done;
  }
  file_.release();
  return sync == Sync::kYes ? sync_folder(folder_, shown_) : Result<>();
}

}  // namespace gophercap::io
