// A temporary folder for a test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gophercap::testing {

// The constructor creates it, the destructor removes it with everything in it. The test fails if
// something cannot be done.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string path(std::string_view name) const;  // of something inside, which need not exist

  // Writes a file, creating its folders, and returns its path.
  std::string write(std::string_view name, std::span<const uint8_t> bytes = {}) const;
  std::string write(std::string_view name, std::string_view text) const;
  std::string make_folder(std::string_view name) const;
  std::string link(std::string_view target, std::string_view name) const;  // symbolic
  std::vector<std::string> names() const;  // in the folder itself, sorted

 private:
  std::filesystem::path path_;
};

// Fails the test if the file does not exist.
std::vector<uint8_t> read_file(const std::string& path);

}  // namespace gophercap::testing
