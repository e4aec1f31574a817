// The folder that is extracted to. It is created before the first byte of input is read, because by
// then it must be decided what may be written.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace gophercap::jobs {

class OutputFolder {
 public:
  // Creates it with its parents. If `path` is empty, there is no output folder.
  explicit OutputFolder(const std::string& path);
  // Removes the folders that it created and that are still empty.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Fails if the folder could not be created. Later code may no longer have the permission to
  // create it and would report another error.
  Result<> result() const;
  // The existing folder in which the first folder was created; empty if none was created.
  std::string made_in() const;
  // True if the folder may contain files that existed before.
  bool is_used() const noexcept { return used_; }

 private:
  const std::string path_;
  int error_ = 0;                  // errno; 0 = none
  std::vector<std::string> made_;  // outermost folder first
  bool used_ = false;
};

}  // namespace gophercap::jobs
