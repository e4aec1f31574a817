// The folder that is extracted to, made before there is anything to put into it: what may be
// written is settled before the first byte of the input is read.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace gophercap::jobs {

class OutputFolder {
 public:
  // Makes it, with those above it. Empty: none is wanted.
  explicit OutputFolder(const std::string& path);
  // Takes away what it made and what is empty still.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Fails where it could not be made. Whoever writes later may no longer make it, so that his error
  // would be another.
  Result<> result() const;
  // The folder that was there before, in which the first was made; empty: none was made.
  std::string made_in() const;
  // There are, or may be, things of before in it.
  bool is_used() const noexcept { return used_; }

 private:
  const std::string path_;
  int error_ = 0;                  // errno; 0 = none
  std::vector<std::string> made_;  // outermost first
  bool used_ = false;
};

}  // namespace gophercap::jobs
