// A file below a folder that is open: it has its name only once it is complete.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "io/file/temp_file.h"

namespace gophercap::archive {

enum class Existing : uint8_t { kKeep, kReplace };

// As io::AtomicFile, but relative to a descriptor, so that nobody can put a symbolic link into its
// path meanwhile, and able not to replace anything. Destroyed before publish(): nothing is left.
// Not thread-safe. Errors have `shown` in front.
class OutputFile {
 public:
  // REQUIRES: `folder` stays open as long as the file lives.
  static Result<OutputFile> create(int folder, const std::string& name, std::string shown);
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() = default;

  Result<> write_at(std::span<const uint8_t> bytes, uint64_t offset);
  Result<> append(std::span<const uint8_t> bytes);
  // What lies between what was written and `size_bytes` is a hole.
  Result<> set_size(uint64_t size_bytes);
  uint64_t appended_bytes() const noexcept { return appended_; }

  // Sets mode and time of modification, and gives the file its name. False: the name is taken (with
  // kReplace: by a folder); nothing is left then. `sync`: file and folder survive a power cut.
  Result<bool> publish(mode_t mode, timespec mtime, Existing existing, bool sync);

 private:
  OutputFile(int folder, std::string name, std::string shown);
  Result<bool> give_name(Existing existing);
  Error failure(int sys) const;

  int folder_;
  std::string name_;
  std::string shown_;
  io::TempFile file_;
  uint64_t appended_ = 0;
};

}  // namespace gophercap::archive
