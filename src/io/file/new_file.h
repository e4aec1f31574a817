// A file that is made in its folder under a hidden name, and gets its own when it is complete.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "io/file/path_walk.h"
#include "io/file/temp_file.h"

namespace gophercap::io {

enum class Sync : uint8_t { kNo, kYes };

// Makes bytes, or the new name of a file in its folder, survive a power cut, where the file system
// can.
Result<> sync_fd(int fd, const std::string& shown);

// What killed runs of this user have left of a file with the same name in the same folder is
// removed. Not thread-safe. Errors: with the path in front.
class NewFile {
 public:
  // REQUIRES: what is at `place`, if anything, is a regular file. That one is replaced, and never
  // written into. The new one is ours, with the mode 0644 less umask; one of ours that it replaces
  // hands on that it may be read by fewer. `shown` is the path in errors.
  static Result<NewFile> create(WalkEnd place, std::string shown);
  NewFile(NewFile&&) noexcept = default;
  NewFile& operator=(NewFile&& other) noexcept;
  ~NewFile() = default;  // not published: it goes

  int fd() const noexcept { return file_.fd(); }
  bool valid() const noexcept { return file_.valid(); }
  void discard() noexcept { file_.discard(); }
  // Syncs if asked for, closes and renames. Whatever comes of it, the file is no longer valid().
  Result<> publish(Sync sync);

 private:
  NewFile() = default;

  Fd folder_;
  std::string name_;
  std::string shown_;
  TempFile file_;  // in folder_
};

}  // namespace gophercap::io
