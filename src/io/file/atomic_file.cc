#include "io/file/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/retry.h"
#include "io/file/waiting.h"

namespace gophercap::io {
namespace {

// Opens the same pipe again for writing without blocking. Setting O_NONBLOCK on the given
// descriptor would affect all processes that share standard output. If the pipe cannot be opened
// again (because it belongs to another user), the given descriptor is used.
Fd open_again(Fd pipe) {
  const std::string path = "/proc/self/fd/" + std::to_string(pipe.value());
  Fd again(uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC); }));
  return again.valid() ? std::move(again) : std::move(pipe);
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const std::string& path, Sync sync, std::stop_token stop) {
  AtomicFile file;
  file.path_ = path == "-" ? "standard output" : path;
  file.sync_ = sync;
  if (path == "-") {
    file.direct_ = Fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!file.direct_.valid()) return errno_error(errno, file.path_);
    file.heed(std::move(stop));
    return file;
  }
  TRY(WalkEnd place, walk(path, Purpose::kWrite));
  if (place.facts && S_ISDIR(place.facts->st_mode)) return errno_error(EISDIR, path);
  if (place.facts && !S_ISREG(place.facts->st_mode)) {
    TRY_VOID(file.open_directly(place, std::move(stop)));
    return file;
  }
  TRY(file.file_, NewFile::create(std::move(place), path));
  return file;
}

Result<AtomicFile> AtomicFile::prepare(const std::string& path, Sync sync, std::stop_token stop) {
  if (path != "-") {
    TRY(WalkEnd place, walk(path, Purpose::kWrite));
    if (!place.facts || S_ISREG(place.facts->st_mode) || S_ISDIR(place.facts->st_mode))
      return create(path, sync, std::move(stop));
  }
  AtomicFile file;
  file.path_ = path;
  file.sync_ = sync;
  file.later_ = Later{path, std::move(stop)};
  return file;
}

Result<> AtomicFile::open_if_prepared() {
  if (!later_) return {};
  const Later later = *std::exchange(later_, std::nullopt);
  TRY(*this, create(later.path, sync_, later.stop));
  return {};
}

Result<> AtomicFile::open_directly(const WalkEnd& place, std::stop_token stop) {
  if (place.shared && !is_trusted_owner(place.facts->st_uid)) {
    return Error{Errc::kPermission, 0,
                 fmt::format("{}: {}, and is no regular file{}", path_,
                             of_another_user(place.facts->st_uid), kNotWritten)};
  }
  TRY(direct_, open_to_write(place, path_, stop));
  heed(std::move(stop));
  return {};
}

void AtomicFile::discard() noexcept {
  if (file_) file_->discard();
  direct_.reset();
}

Result<> AtomicFile::write(std::span<const uint8_t> bytes) {
  TRY_VOID(open_if_prepared());
  if (fd() < 0) return Error{Errc::kIo, 0, path_ + ": already closed"};
  const bool may_wait = (::fcntl(fd(), F_GETFL) & O_NONBLOCK) == 0;
  // A pipe that has any room at all accepts this much at once.
  const size_t most = stop_.stop_possible() && may_wait ? PIPE_BUF : bytes.size();
  while (!bytes.empty()) {
    if (stop_.stop_possible()) {
      if (Result<> room = wait_to_write(fd(), stop_, path_); !room) {
        discard();
        return room;
      }
    }
    const ssize_t count = ::write(fd(), bytes.data(), std::min(most, bytes.size()));
    if (count < 0) {
      if (errno == EINTR || (errno == EAGAIN && stop_.stop_possible())) continue;
      Error error = errno_error(errno, path_);
      discard();  // a file with a hole must never be committed
      return error;
    }
    bytes = bytes.subspan(static_cast<size_t>(count));
    written_bytes_ += static_cast<uint64_t>(count);
    if (!file_) published_bytes_ = written_bytes_;
  }
  return {};
}

// Only writes to pipes may block.
void AtomicFile::heed(std::stop_token stop) {
  if (!stop.stop_possible() || !is_pipe(direct_.value())) return;
  stop_ = std::move(stop);
  if ((::fcntl(direct_.value(), F_GETFL) & O_NONBLOCK) == 0)
    direct_ = open_again(std::move(direct_));
}

Result<> AtomicFile::write(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return write(
      std::span(static_cast<const uint8_t*>(static_cast<const void*>(bytes.data())), bytes.size()));
}

Result<> AtomicFile::commit() {
  TRY_VOID(open_if_prepared());
  if (fd() < 0) return Error{Errc::kIo, 0, path_ + ": already closed"};
  if (file_) {
    Result<> published = file_->publish(sync_);
    if (published) published_bytes_ = written_bytes_;
    return published;
  }
  Result<> done;
  if (sync_ == Sync::kYes) done = sync_fd(direct_.value(), path_);
  if (::close(direct_.release()) != 0 && errno != EINTR && done) done = errno_error(errno, path_);
  return done;
}

}  // namespace gophercap::io
