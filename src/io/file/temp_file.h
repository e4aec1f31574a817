// A temporary file with a hidden name in the folder of its final one. It is removed however the
// process ends; if the process is killed, the next run finds and removes it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::io {

struct UnfinishedFile;

// The name is ".NAME.PROCESS-NUMBER.part". The file is locked (flock) while it has this name, so
// that no other process takes it for a leftover. Not thread-safe.
class TempFile {
 public:
  TempFile() noexcept;
  // Creates the file with `mode` minus umask, open for reading and writing. Errors consist of
  // `shown` and the cause. REQUIRES: `folder` stays open while the file is valid().
  static Result<TempFile> create(int folder, const std::string& name, mode_t mode,
                                 const std::string& shown);
  TempFile(TempFile&& other) noexcept;
  TempFile& operator=(TempFile&& other) noexcept;
  ~TempFile();  // removes the file if it is still valid()

  bool valid() const noexcept { return entry_ != nullptr; }
  int fd() const noexcept { return fd_.value(); }
  const char* name() const noexcept;  // REQUIRES: valid()

  // Closes the file, which keeps its hidden name. Write errors that NFS and quotas delay are
  // reported here.
  Result<> close(const std::string& shown);
  // Call after the file was renamed or removed. It is no longer valid() then.
  void release() noexcept;
  // Removes the file. It is no longer valid() then.
  void discard() noexcept;

 private:
  std::unique_ptr<UnfinishedFile> entry_;  // null if there is no file with that name
  Fd fd_;
  Fd lock_;  // the same file, locked, once it has been closed
};

// Removes all files of this process that are still valid(), and prevents new ones. For ends of the
// process that do not unwind the stack: a library that calls exit(), a terminate handler. Any
// thread may call it.
void remove_unfinished() noexcept;

// Removes the files in `folder` that killed runs of this user have left of `name` (empty: of any
// name). Files that another process is writing are locked and stay. Returns the number of removed
// files.
uint64_t remove_left_over(int folder, std::string_view name, const std::stop_token& stop);

}  // namespace gophercap::io
