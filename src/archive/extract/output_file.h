// A file in an open folder that gets its name only when it is complete.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "io/file/temp_file.h"

namespace gophercap::archive {

enum class Existing : uint8_t { kKeep, kReplace };

// Like io::AtomicFile, but relative to a descriptor, so that nobody can insert a symbolic link into
// its path meanwhile, and with the choice not to replace anything. If it is destroyed before
// publish(), nothing is left. Not thread-safe. Errors begin with `shown`.
class OutputFile {
 public:
  // REQUIRES: `folder` stays open while the file exists.
  static Result<OutputFile> create(int folder, const std::string& name, std::string shown);
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() = default;

  Result<> write_at(std::span<const uint8_t> bytes, uint64_t offset);
  Result<> append(std::span<const uint8_t> bytes);
  // Makes everything between the written bytes and `size_bytes` a hole.
  Result<> set_size(uint64_t size_bytes);
  uint64_t appended_bytes() const noexcept { return appended_; }

  // Sets mode and modification time and gives the file its name. Returns false, and removes the
  // file, if the name is taken (with kReplace: by a folder). `sync` makes file and folder survive a
  // power failure.
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
