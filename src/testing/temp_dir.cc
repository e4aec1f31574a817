#include "testing/temp_dir.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace gophercap::testing {
namespace fs = std::filesystem;
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

}  // namespace

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "gophercap-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder " << name;
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TempDir::path(std::string_view name) const {
  return (path_ / name).string();
}

std::string TempDir::write(std::string_view name, std::span<const uint8_t> bytes) const {
  const std::string file_path = path(name);
  std::error_code ignored;  // if the folder is missing, opening the file fails
  fs::create_directories(fs::path(file_path).parent_path(), ignored);
  const File file(std::fopen(file_path.c_str(), "wb"));
  if (bytes.empty() && file != nullptr) return file_path;
  if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) {
    ADD_FAILURE() << "can't write " << file_path;
  }
  return file_path;
}

std::string TempDir::write(std::string_view name, std::string_view text) const {
  const std::vector<uint8_t> bytes(text.begin(), text.end());
  return write(name, bytes);
}

std::string TempDir::make_folder(std::string_view name) const {
  std::error_code failed;
  fs::create_directories(path(name), failed);
  if (failed) ADD_FAILURE() << "can't make " << path(name) << ": " << failed.message();
  return path(name);
}

std::string TempDir::link(std::string_view target, std::string_view name) const {
  std::error_code failed;
  fs::create_symlink(target, path(name), failed);
  if (failed) ADD_FAILURE() << "can't make " << path(name) << ": " << failed.message();
  return path(name);
}

std::vector<std::string> TempDir::names() const {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<uint8_t> read_file(const std::string& path) {
  std::vector<uint8_t> bytes;
  const File file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    ADD_FAILURE() << "can't read " << path;
    return bytes;
  }
  std::vector<uint8_t> block(65536);
  while (const size_t n = std::fread(block.data(), 1, block.size(), file.get())) {
    bytes.insert(bytes.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(n));
  }
  return bytes;
}

}  // namespace gophercap::testing
