// The bytes of an archive in front of whoever reads its headers.
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

  // The next `count` bytes, fewer at the end; nothing is consumed. Valid until the next call of any
  // function. REQUIRES: count <= kLongestPeek.
  Result<std::span<const uint8_t>> peek(size_t count);
  // Consumes what peek() gave, or a part of it.
  void advance(size_t count) noexcept;

  // Consumes the next bytes, `most` of them at most and as many as lie together. Empty: the end.
  Result<std::span<const uint8_t>> take(uint64_t most);
  // False: the input ends before. kTruncated is for the caller to say.
  Result<bool> skip(uint64_t count);
  // Appends `count` bytes to `to`. False: the input ends before.
  Result<bool> append(uint64_t count, std::vector<uint8_t>& to);

  // Bytes consumed.
  uint64_t position() const noexcept { return given_ - (front_.size() - begin_) - rest_.size(); }
  // Bytes that the feed gave.
  uint64_t given() const noexcept { return given_; }

 private:
  // Makes rest_ hold bytes. False: the end.
  Result<bool> refill();

  BlockFeed& feed_;
  std::vector<uint8_t> front_;  // of several blocks, before rest_; from begin_ on
  size_t begin_ = 0;
  std::span<const uint8_t> rest_;  // of the last block
  uint64_t given_ = 0;
};

// Consumes blocks that nobody needs, `bytes` of them, up to the first header among them: what says
// that there are as many is then wrong.
enum class Passed : uint8_t { kAll, kUpToHeader, kUpToEnd };
Result<Passed> pass_over(uint64_t bytes, TarInput& in);

}  // namespace gophercap::archive
