// A file under a hidden name in its folder, until it is complete. Whatever ends the process in
// order, it goes; what a killed process has left is found by the next one.
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

// Its name is ".NAME.PROCESS-NUMBER.part". It is locked (flock) as long as it has that name, so
// that nobody takes it for a left-over. Not thread-safe.
class TempFile {
 public:
  TempFile() noexcept;
  // REQUIRES: `folder` stays open as long as the file is valid(). Opened for reading and writing,
  // new, with `mode` less umask. Errors: `shown` and the cause.
  static Result<TempFile> create(int folder, const std::string& name, mode_t mode,
                                 const std::string& shown);
  TempFile(TempFile&& other) noexcept;
  TempFile& operator=(TempFile&& other) noexcept;
  ~TempFile();  // still valid(): it goes

  bool valid() const noexcept { return entry_ != nullptr; }
  int fd() const noexcept { return fd_.value(); }
  const char* name() const noexcept;  // REQUIRES: valid()

  // Closes it, still under its hidden name. NFS and quotas report what did not fit here at the
  // latest.
  Result<> close(const std::string& shown);
  // It has got a name of its own, or there is nothing left to remove: no longer valid().
  void release() noexcept;
  // Removes it: no longer valid().
  void discard() noexcept;

 private:
  std::unique_ptr<UnfinishedFile> entry_;  // empty: there is no such name
  Fd fd_;
  Fd lock_;  // the same file, while it is closed and has its hidden name
};

// Removes the files of this process that are still valid(), and lets no more be made. For what ends
// the process without leaving its scopes: a library that calls exit(), a terminate handler. From
// any thread.
void remove_unfinished() noexcept;

// Removes the files in `folder` that killed runs of this user have left of `name` (empty: of any
// name), and no others: those that a process is writing are locked by it. Returns how many.
uint64_t remove_left_over(int folder, std::string_view name, const std::stop_token& stop);

}  // namespace gophercap::io
