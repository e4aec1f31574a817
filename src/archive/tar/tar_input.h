// The bytes of an archive as needed for reading its headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "archive/tar/block_feed.h"
#include "base/result.h"

namespace gophercap::archive {

// Not thread-safe.
class TarInput {
 public:
  static constexpr size_t kLongestPeek = 512;

  // REQUIRES: `feed` outlives this.
  explicit TarInput(BlockFeed& feed) : feed_(feed) {}

  // Returns the next `count` bytes, or fewer at the end, without consuming them. They are valid
  // until the next call of any method. REQUIRES: count <= kLongestPeek.
  Result<std::span<const uint8_t>> peek(size_t count);
  // Consumes the bytes that peek() has returned, or some of them.
  void advance(size_t count) noexcept;

  // Consumes and returns the next bytes: those that are contiguous, but at most `most`. Empty at
  // the end.
  Result<std::span<const uint8_t>> take(uint64_t most);
  // Returns false if the input ends too early; the caller then reports kTruncated.
  Result<bool> skip(uint64_t count);
  // Appends `count` bytes to `to`. Returns false if the input ends too early.
  Result<bool> append(uint64_t count, std::vector<uint8_t>& to);

  // Number of bytes consumed.
  uint64_t position() const noexcept { return given_ - (front_.size() - begin_) - rest_.size(); }
  // Number of bytes obtained from the feed.
  uint64_t given() const noexcept { return given_; }

 private:
  // Makes sure that rest_ is not empty. Returns false at the end.
  Result<bool> refill();

  BlockFeed& feed_;
  std::vector<uint8_t> front_;  // bytes of several blocks before rest_, from begin_ on
  size_t begin_ = 0;
  std::span<const uint8_t> rest_;  // the rest of the last block
  uint64_t given_ = 0;
};

// Consumes `bytes` bytes of unused blocks, but stops at a header among them: then the number of
// bytes must be wrong.
enum class Passed : uint8_t { kAll, kUpToHeader, kUpToEnd };
Result<Passed> pass_over(uint64_t bytes, TarInput& in);

}  // namespace gophercap::archive
