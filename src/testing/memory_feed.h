// A BlockFeed over bytes in memory. Each block is a separate copy, so that a sanitizer detects
// reading beyond it or keeping it too long.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "archive/tar/block_feed.h"

namespace gophercap::testing {

class MemoryFeed final : public archive::BlockFeed {
 public:
  // `fault` is returned instead of the end.
  explicit MemoryFeed(std::span<const uint8_t> bytes, size_t block = size_t{1} << 20,
                      std::optional<Error> fault = {})
      : bytes_(bytes), block_size_(block), fault_(std::move(fault)) {}

  Result<std::span<const uint8_t>> next() override {
    if (bytes_.empty() && fault_) return *fault_;
    const std::span<const uint8_t> given = bytes_.first(std::min(block_size_, bytes_.size()));
    bytes_ = bytes_.subspan(given.size());
    block_ = std::vector<uint8_t>(given.begin(), given.end());
    return std::span<const uint8_t>(block_);
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t block_size_;
  std::optional<Error> fault_;
  std::vector<uint8_t> block_;
};

}  // namespace gophercap::testing
