// Compresses a stream of bytes on several threads; what comes out is in order and depends on the
// bytes alone, not on threads or on the pieces they came in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread_group.h"
#include "io/compress/block_compressor.h"

namespace gophercap::io {

// All methods are for one thread, which is also the one that `write` is called on, and compresses
// where no worker has come to a block or the system refuses them.
class ParallelCompressor {
 public:
  using Write = std::function<Result<>(std::span<const uint8_t>)>;

  // The workers begin with the first full block that is appended: they are confined as the caller
  // is then. REQUIRES: can_compress(compression). Fails with kIo where there is no memory.
  static Result<std::unique_ptr<ParallelCompressor>> make(Compression compression,
                                                          const CompressionLevel& level,
                                                          unsigned workers);
  ~ParallelCompressor() = default;
  ParallelCompressor(const ParallelCompressor&) = delete;
  ParallelCompressor& operator=(const ParallelCompressor&) = delete;

  // One file: begin(), any number of append() and append_zeros(), then finish() or abandon().
  void begin(Write write);
  Result<> append(std::span<const uint8_t> bytes);
  Result<> append_zeros(uint64_t count);
  Result<> finish();
  // Also after an error. Waits for blocks that are being compressed.
  void abandon();
  // Of this file: how many of the plain bytes appended, from the first one on, `write` has taken
  // compressed.
  uint64_t written_plain_bytes() const noexcept { return written_plain_bytes_; }

 private:
  enum class State : uint8_t { kFilling, kReady, kBusy, kDone };
  struct Slot {
    std::vector<uint8_t> plain;
    size_t plain_size = 0;
    std::vector<uint8_t> compressed;
    Result<size_t> compressed_size = 0;
    State state = State::kFilling;
  };

  explicit ParallelCompressor(std::vector<std::unique_ptr<BlockCompressor>> compressors);
  void close() noexcept;
  void work(BlockCompressor& compressor);
  static void compress(Slot& slot, BlockCompressor& compressor);
  Slot& slot(size_t index) { return slots_[index % slots_.size()]; }
  Result<> submit();
  Result<> write_oldest();
  Result<> write_all();
  Result<> write_zero_blocks(uint64_t count);

  const std::vector<std::unique_ptr<BlockCompressor>> compressors_;  // [0] is the caller's own
  const size_t block_bytes_;
  Write write_;
  std::vector<uint8_t> zero_block_;  // as compressed; empty: not needed yet

  std::vector<Slot> slots_;
  // Blocks of this file: [written_, filling_) are on their way, filling_ is the caller's.
  size_t written_ = 0;
  uint64_t written_plain_bytes_ = 0;
  bool any_ = false;  // of them
  Mutex mutex_;
  CondVar ready_;
  CondVar done_;
  size_t filling_ GUARDED_BY(mutex_) = 0;
  size_t claimed_ GUARDED_BY(mutex_) = 0;  // the next that nobody compresses yet
  bool closing_ GUARDED_BY(mutex_) = false;
  bool started_ = false;
  ThreadGroup threads_{[this] { close(); }};
};

// About what a ParallelCompressor takes at the default level.
uint64_t compression_memory_bytes(Compression compression, unsigned workers) noexcept;

}  // namespace gophercap::io
