// Compresses a stream of bytes on several threads. The output is in order and depends only on the
// bytes, not on threads or on the pieces in which they were appended.
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

// Only one thread may call the methods. `write` is called on that thread, which also compresses if
// no worker has begun a block or the system refuses workers.
class ParallelCompressor {
 public:
  using Write = std::function<Result<>(std::span<const uint8_t>)>;

  // The workers start with the first full block, so they inherit the caller's confinement at that
  // time. REQUIRES: can_compress(compression). Fails with kIo if there is no memory.
  static Result<std::unique_ptr<ParallelCompressor>> make(Compression compression,
                                                          const CompressionLevel& level,
                                                          unsigned workers);
  ~ParallelCompressor() = default;
  ParallelCompressor(const ParallelCompressor&) = delete;
  ParallelCompressor& operator=(const ParallelCompressor&) = delete;

  // For each file: begin(), any number of append() and append_zeros(), then finish() or abandon().
  void begin(Write write);
  Result<> append(std::span<const uint8_t> bytes);
  Result<> append_zeros(uint64_t count);
  Result<> finish();
  // Also after an error. Waits for blocks that are being compressed.
  void abandon();
  // For the current file: how many of the plain bytes, from the first one on, `write` has accepted
  // in compressed form.
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

  const std::vector<std::unique_ptr<BlockCompressor>> compressors_;  // [0] belongs to the caller
  const size_t block_bytes_;
  Write write_;
  std::vector<uint8_t> zero_block_;  // compressed; empty until needed

  std::vector<Slot> slots_;
  // Blocks of this file: [written_, filling_) are in progress, filling_ is being filled by the
  // caller.
  size_t written_ = 0;
  uint64_t written_plain_bytes_ = 0;
  bool any_ = false;  // of them
  Mutex mutex_;
  CondVar ready_;
  CondVar done_;
  size_t filling_ GUARDED_BY(mutex_) = 0;
  size_t claimed_ GUARDED_BY(mutex_) = 0;  // the next block that nobody compresses yet
  bool closing_ GUARDED_BY(mutex_) = false;
  bool started_ = false;
  ThreadGroup threads_{[this] { close(); }};
};

// The approximate memory of a ParallelCompressor at the default level.
uint64_t compression_memory_bytes(Compression compression, unsigned workers) noexcept;

}  // namespace gophercap::io
