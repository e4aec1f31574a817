// A file that appears under its final name only when complete.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "io/byte_sink.h"
#include "io/file/new_file.h"

namespace gophercap::io {

// Writes to a temporary file in the same folder, then renames. Destroyed without commit(): the
// temporary file is removed and the old file, if any, is untouched. "-" and things that are not
// regular files (/dev/null, a FIFO) are written directly. The mode is 0644 less umask (see
// NewFile); a symlink's target is replaced, not the link. No symbolic link of another user is
// followed, and no pipe or device of another in a shared folder is written to (kPermission). Not
// thread-safe. Errors: kNoSpace, kPermission, kIo, with the path in front.
class AtomicFile final : public ByteSink {
 public:
  // Waits for the reader of a FIFO. Once `stop` is asked for, a pipe gets what its reader still
  // takes; one that has no reader, or whose reader takes nothing, for a second fails with
  // kCancelled.
  static Result<AtomicFile> create(const std::string& path, Sync sync, std::stop_token stop = {});
  // As create(), for what is written at the end of a job: where that is no place for a file, it is
  // known at its beginning, and whoever swaps its folder meanwhile gets nothing. Other things than
  // files, which may have to be waited for, are opened when they are written to.
  static Result<AtomicFile> prepare(const std::string& path, Sync sync, std::stop_token stop = {});
  AtomicFile(AtomicFile&&) noexcept = default;
  AtomicFile& operator=(AtomicFile&&) noexcept = default;
  ~AtomicFile() override = default;

  // A short write is continued, EINTR repeated.
  Result<> write(std::span<const uint8_t> bytes) override;
  Result<> write(std::string_view text);
  Result<> commit() override;  // fsync (file and folder) if asked for, rename
  const std::string& name() const noexcept override { return path_; }
  // What is written to "-", a FIFO or a device is there at once.
  uint64_t published_bytes() const noexcept override { return published_bytes_; }

 private:
  AtomicFile() = default;
  Result<> open_directly(const WalkEnd& place, std::stop_token stop);
  int fd() const noexcept { return file_ ? file_->fd() : direct_.value(); }
  Result<> open_if_prepared();
  void discard() noexcept;
  void heed(std::stop_token stop);

  std::string path_;             // as given by the caller
  std::optional<NewFile> file_;  // none: written directly
  Fd direct_;
  uint64_t written_bytes_ = 0;
  uint64_t published_bytes_ = 0;
  Sync sync_ = Sync::kNo;
  std::stop_token stop_;  // of pipes only
  struct Later {
    std::string path;
    std::stop_token stop;
  };
  std::optional<Later> later_;  // still to be opened
};

}  // namespace gophercap::io
