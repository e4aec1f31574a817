// Stops an extraction that writes more than its limits allow.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/result.h"

namespace gophercap::archive {

struct OutputLimits {
  uint64_t most_bytes = UINT64_MAX;  // bytes written to disk: compressed, without holes
  // Limit on plain bytes per byte of the tarball, checked from kRatioCounts bytes on; 0: no limit.
  // Deflate cannot exceed 1032.
  uint64_t most_ratio = 1000;
};
inline constexpr uint64_t kRatioCounts = uint64_t{1} << 30;

// Not thread-safe. An exceeded limit is kNoSpace and names the option; it ends the run.
class OutputGuard {
 public:
  // `bytes_read` returns how much of the tarball was read so far; `shown` names the output in
  // messages.
  OutputGuard(const OutputLimits& limits, std::function<uint64_t()> bytes_read, std::string shown)
      : limits_(limits), bytes_read_(std::move(bytes_read)), shown_(std::move(shown)) {}

  // Call before bytes are written or compressed. When they are compressed, holes count.
  Result<> plain(uint64_t bytes);
  // Call before bytes are written to disk.
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
