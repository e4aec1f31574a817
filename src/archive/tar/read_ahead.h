// Reads, and so decompresses, a few blocks ahead in its own thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "archive/tar/block_feed.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/thread_group.h"
#include "io/byte_source.h"
#include "io/file/page_bytes.h"

namespace gophercap::archive {

// Only one thread may call next(). The destructor waits for a read in progress. If the system
// refuses the thread, next() reads directly.
class ReadAhead final : public BlockFeed {
 public:
  // 8 MiB in total, about 20 ms of inflating: enough to bridge the time that a write may block.
  // While the consumer is faster, only two or three blocks are in use and stay in the cache.
  static constexpr size_t kBlockBytes = size_t{128} << 10;
  static constexpr size_t kBlocks = 64;

  // When a stop is requested through `stop`, next() fails with kCancelled, even while it waits.
  ReadAhead(std::unique_ptr<io::ByteSource> source, std::stop_token stop);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  Result<std::span<const uint8_t>> next() override;

 private:
  struct Block {
    io::PageBytes bytes;
    size_t size = 0;
  };

  void close() noexcept;
  void run();
  Result<std::span<const uint8_t>> next_here() REQUIRES_LOCK(mutex_);
  // Fills the block as far as the source allows. Returns true if there is more.
  bool fill(Block& block, std::optional<Error>& fault);

  const std::unique_ptr<io::ByteSource> source_;
  const std::stop_token stop_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Block> full_ GUARDED_BY(mutex_);   // in byte order
  std::vector<Block> free_ GUARDED_BY(mutex_);  // the last one was used most recently
  Block lent_;                                  // the block that the consumer has
  bool ended_ GUARDED_BY(mutex_) = false;
  bool closing_ GUARDED_BY(mutex_) = false;
  std::optional<Error> fault_ GUARDED_BY(mutex_);
  ThreadGroup thread_{[this] { close(); }};
};

}  // namespace gophercap::archive
