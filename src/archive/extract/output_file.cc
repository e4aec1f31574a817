#include "archive/extract/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "io/file/new_file.h"

namespace gophercap::archive {

OutputFile::OutputFile(int folder, std::string name, std::string shown)
    : folder_(folder), name_(std::move(name)), shown_(std::move(shown)) {}

Error OutputFile::failure(int sys) const {
  return errno_error(sys, shown_);
}

Result<OutputFile> OutputFile::create(int folder, const std::string& name, std::string shown) {
  OutputFile file(folder, name, std::move(shown));
  TRY(file.file_, io::TempFile::create(folder, name, 0600, file.shown_));
  return file;
}

Result<> OutputFile::write_at(std::span<const uint8_t> bytes, uint64_t offset) {
  constexpr uint64_t kFarthest = INT64_MAX;
  if (offset > kFarthest - bytes.size()) return failure(EFBIG);
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(file_.fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
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
  while (::ftruncate(file_.fd(), static_cast<off_t>(size_bytes)) != 0) {
    // File systems report sizes above their limit with different errors.
    if (errno != EINTR) return failure(errno == EINVAL ? EFBIG : errno);
  }
  return {};
}

Result<bool> OutputFile::give_name(Existing existing) {
  const char* temp = file_.name();
  const char* name = name_.c_str();
  if (existing == Existing::kReplace) {
    if (::renameat(folder_, temp, folder_, name) == 0) return true;
    if (errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST) return false;
    return failure(errno);
  }
  if (::renameat2(folder_, temp, folder_, name, RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  // Older and network file systems do not support this flag; creating a hard link does not replace
  // anything either.
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
  if (::fchmod(file_.fd(), mode) != 0) return failure(errno);
  if (::futimens(file_.fd(), times.data()) != 0) return failure(errno);
  if (sync) TRY_VOID(io::sync_fd(file_.fd(), shown_));
  TRY_VOID(file_.close(shown_));
  TRY(const bool named, give_name(existing));
  if (!named) {
    file_.discard();
    return false;
  }
  file_.release();
  if (sync) TRY_VOID(io::sync_fd(folder_, shown_));
  return true;
}

}  // namespace gophercap::archive
