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

// Writes to a temporary file in the same folder and then renames it. If it is destroyed without
// commit(), the temporary file is removed and an existing file stays untouched. "-" and everything
// that is not a regular file (/dev/null, a FIFO) is written directly. The mode is 0644 minus umask
// (see NewFile). If the path is a symbolic link, its target is replaced. Symbolic links of other
// users are not followed, and pipes and devices of other users in shared folders are not written to
// (kPermission). Not thread-safe. Errors (kNoSpace, kPermission, kIo) begin with the path.
class AtomicFile final : public ByteSink {
 public:
  // Opening a FIFO waits for its reader. After a stop was requested through `stop`, a pipe still
  // gets what its reader accepts; if it has no reader, or the reader accepts nothing for a second,
  // writing fails with kCancelled.
  static Result<AtomicFile> create(const std::string& path, Sync sync, std::stop_token stop = {});
  // Like create(), but for a file that is written at the end of a job: it is created now, so an
  // unusable location is reported at the beginning of the job and exchanging the folder meanwhile
  // has no effect. Pipes and devices, which may have to be waited for, are opened at the first
  // write.
  static Result<AtomicFile> prepare(const std::string& path, Sync sync, std::stop_token stop = {});
  AtomicFile(AtomicFile&&) noexcept = default;
  AtomicFile& operator=(AtomicFile&&) noexcept = default;
  ~AtomicFile() override = default;

  // Continues short writes and retries after EINTR.
  Result<> write(std::span<const uint8_t> bytes) override;
  Result<> write(std::string_view text);
  Result<> commit() override;  // syncs (file and folder) if requested, then renames
  const std::string& name() const noexcept override { return path_; }
  // Bytes written to "-", a FIFO or a device are published at once.
  uint64_t published_bytes() const noexcept override { return published_bytes_; }

 private:
  AtomicFile() = default;
  Result<> open_directly(const WalkEnd& place, std::stop_token stop);
  int fd() const noexcept { return file_ ? file_->fd() : direct_.value(); }
  Result<> open_if_prepared();
  void discard() noexcept;
  void heed(std::stop_token stop);

  std::string path_;             // as given by the caller
  std::optional<NewFile> file_;  // empty: the output is written to directly
  Fd direct_;
  uint64_t written_bytes_ = 0;
  uint64_t published_bytes_ = 0;
  Sync sync_ = Sync::kNo;
  std::stop_token stop_;  // for pipes only
  struct Later {
    std::string path;
    std::stop_token stop;
  };
  std::optional<Later> later_;  // set while the output has not been opened yet
};

}  // namespace gophercap::io
