// A folder for the files of one test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gophercap::testing {

// Made on construction, removed with all that is in it on destruction. Fails the test if it can't
// do what is asked for.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string path(std::string_view name) const;  // of something inside, whether it exists or not

  // Writes a file, making the folders above it. Returns its path.
  std::string write(std::string_view name, std::span<const uint8_t> bytes = {}) const;
  std::string write(std::string_view name, std::string_view text) const;
  std::string make_folder(std::string_view name) const;
  std::string link(std::string_view target, std::string_view name) const;  // symbolic
  std::vector<std::string> names() const;  // in the folder itself, sorted

 private:
  std::filesystem::path path_;
};

// Fails the test if there is no such file.
std::vector<uint8_t> read_file(const std::string& path);

}  // namespace gophercap::testing
