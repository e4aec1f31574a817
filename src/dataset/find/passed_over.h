// Files in folders that were skipped because of their names, although some may be captures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace gophercap::dataset {

struct PassedOver {
  uint64_t files = 0;      // files that were skipped
  uint64_t looked_at = 0;  // of these, how many were examined; the others are unknown
  uint64_t captures = 0;   // of those examined
  std::string first;       // the first capture, ordered by path bytes
};

class PassedOverFiles {
 public:
  // At most this many files are examined.
  static constexpr size_t kMostLooks = 1000;

  // Adds a regular file that was found in a folder.
  void add(std::string path);
  // Checks the first bytes of the files, decompressed if necessary. A file that cannot be read,
  // belongs to another user in a shared folder, or is no longer a regular file does not count as a
  // capture. When a stop is requested, it returns what is known by then.
  PassedOver look(const std::stop_token& stop);

 private:
  uint64_t files_ = 0;
  std::vector<std::string> paths_;
};

}  // namespace gophercap::dataset
