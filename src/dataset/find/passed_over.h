// Files of folders that were passed over because of their names: some may be captures all the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace gophercap::dataset {

struct PassedOver {
  uint64_t files = 0;      // passed over
  uint64_t looked_at = 0;  // of these; the others nobody knows
  uint64_t captures = 0;   // of those that were looked at
  std::string first;       // capture, by path bytes
};

class PassedOverFiles {
 public:
  // So many are looked at.
  static constexpr size_t kMostLooks = 1000;

  // A regular file that was found in a folder.
  void add(std::string path);
  // By the first bytes of what is in them, also behind compression. What can't be read, belongs to
  // another user in a shared folder, or is no regular file any more, is no capture. Asked to stop,
  // it tells what it knows.
  PassedOver look(const std::stop_token& stop);

 private:
  uint64_t files_ = 0;
  std::vector<std::string> paths_;
};

}  // namespace gophercap::dataset
