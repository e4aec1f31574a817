// A folder of a test's own that goes when the test does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace gophercap::testing {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Writes a file (folders are made) and returns its path.
  std::string write(const std::string& name, std::span<const uint8_t> bytes) const;

 private:
  std::filesystem::path path_;
};

}  // namespace gophercap::testing
