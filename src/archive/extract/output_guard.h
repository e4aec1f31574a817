// Ends an extraction that writes more than was bargained for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/result.h"

namespace gophercap::archive {

struct OutputLimits {
  uint64_t most_bytes = UINT64_MAX;  // written, as they are on the disk: without holes, packed
  // Plain bytes for each byte of the tarball, from kRatioCounts on; 0: any number. Deflate can't
  // have more than 1032.
  uint64_t most_ratio = 1000;
};
inline constexpr uint64_t kRatioCounts = uint64_t{1} << 30;

// Not thread-safe. Errors end the run: kNoSpace, in words that name the flag.
class OutputGuard {
 public:
  // `bytes_read` of the tarball up to now; `shown`: what is written, for messages.
  OutputGuard(const OutputLimits& limits, std::function<uint64_t()> bytes_read, std::string shown)
      : limits_(limits), bytes_read_(std::move(bytes_read)), shown_(std::move(shown)) {}

  // Before they are written, or compressed: there, holes count.
  Result<> plain(uint64_t bytes);
  // Before they go to the disk.
  Result<> written(uint64_t bytes);

 private:
  Result<> check_ratio() const;

  const OutputLimits limits_;
  const std::function<uint64_t()> bytes_read_;
  const std::string shown_;
  uint64_t plain_ = 0;
  uint64_t written_ = 0;
};

}  // namespace gophercap::archive
