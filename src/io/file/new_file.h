// A file that is written under a hidden name in its folder and renamed when it is complete.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "io/file/path_walk.h"
#include "io/file/temp_file.h"

namespace gophercap::io {

enum class Sync : uint8_t { kNo, kYes };

// Makes written bytes, or a file's new name in its folder, survive a power failure, if the file
// system supports it.
Result<> sync_fd(int fd, const std::string& shown);

// Files that killed runs of this user have left of the same name in the same folder are removed.
// Not thread-safe. Errors begin with the path.
class NewFile {
 public:
  // REQUIRES: `place` is free or a regular file. An existing file is replaced, never written to.
  // The new file belongs to the current user and has the mode 0644 minus umask; if it replaces a
  // file of the same user with stricter read permissions, it inherits these. `shown` is the path in
  // errors.
  static Result<NewFile> create(WalkEnd place, std::string shown);
  NewFile(NewFile&&) noexcept = default;
  NewFile& operator=(NewFile&& other) noexcept;
  ~NewFile() = default;  // removes the file if it was not published

  int fd() const noexcept { return file_.fd(); }
  bool valid() const noexcept { return file_.valid(); }
  void discard() noexcept { file_.discard(); }
  // Syncs if requested, closes and renames. Afterwards the file is no longer valid(), even if this
  // fails.
  Result<> publish(Sync sync);

 private:
  NewFile() = default;

  Fd folder_;
  std::string name_;
  std::string shown_;
  TempFile file_;  // a file in folder_
};

}  // namespace gophercap::io
