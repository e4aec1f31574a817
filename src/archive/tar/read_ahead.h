// Reads, and so decompresses, on a thread of its own, a few blocks ahead of whoever takes them.
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

// next() is for one thread. Its destructor waits for a read of the source that is under way. Where
// the system refuses the thread, next() reads by itself.
class ReadAhead final : public BlockFeed {
 public:
  // 8 MiB are a fiftieth of a second of inflating: enough to even out what a write may wait for.
  // While the taker is the faster one, two or three blocks are in use, and stay in the cache.
  static constexpr size_t kBlockBytes = size_t{128} << 10;
  static constexpr size_t kBlocks = 64;

  // `stop`: next() fails with kCancelled from then on, also while it waits.
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
  // Fills the block as far as the source goes. True: there is more.
  bool fill(Block& block, std::optional<Error>& fault);

  const std::unique_ptr<io::ByteSource> source_;
  const std::stop_token stop_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Block> full_ GUARDED_BY(mutex_);   // in the order of their bytes
  std::vector<Block> free_ GUARDED_BY(mutex_);  // the last one was in use a moment ago
  Block lent_;                                  // what the taker has
  bool ended_ GUARDED_BY(mutex_) = false;
  bool closing_ GUARDED_BY(mutex_) = false;
  std::optional<Error> fault_ GUARDED_BY(mutex_);
  ThreadGroup thread_{[this] { close(); }};
};

}  // namespace gophercap::archive
