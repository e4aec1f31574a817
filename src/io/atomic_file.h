// A file that appears under its final name only when complete.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::io {

enum class Sync : uint8_t { kNo, kYes };

// A file beside `target` that nobody else has, for what will be renamed to it; its path goes to
// `temp_path`. Hidden, so that `ls` and globs of a reader pass it by.
Result<Fd> create_beside(const std::string& target, unsigned mode, std::string& temp_path);

// Make bytes, or the new name of a file in its folder, survive a power cut, where the file system
// can.
Result<> sync_fd(int fd, const std::string& path);
Result<> sync_folder_of(const std::string& path);

// Writes to a temporary file in the same folder, then renames. Destroyed without commit(): the
// temporary file is removed and the old file, if any, is untouched. "-" and things that are not
// regular files (/dev/null, a FIFO) are written directly. The mode is 0666 less umask, or that of
// the file it replaces; a symlink's target is replaced, not the link. Not thread-safe. Errors:
// kNoSpace, kPermission, kIo, with the path in front.
class AtomicFile {
 public:
  // Waits for the reader of a FIFO. Once `stop` is asked for, a pipe gets what its reader still
  // takes; one that has no reader, or whose reader takes nothing, for a second fails with
  // kCancelled.
  static Result<AtomicFile> create(const std::string& path, Sync sync, std::stop_token stop = {});
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;
  ~AtomicFile();

  Result<> write(std::span<const uint8_t>
                     bytes);  // whole or error; a short write is continued, EINTR repeated
  Result<> write(std::string_view text);
  Result<> commit();  // flush, fsync (file and folder) if asked for, rename
  const std::string& path() const noexcept { return path_; }

 private:
  AtomicFile() = default;
  void discard() noexcept;
  void heed(std::stop_token stop);

  std::string path_;       // as given by the caller
  std::string temp_path_;  // empty: writing directly, or committed
  std::string target_path_;
  Fd fd_;
  Sync sync_ = Sync::kNo;
  std::stop_token stop_;  // of pipes only
};

}  // namespace gophercap::io
