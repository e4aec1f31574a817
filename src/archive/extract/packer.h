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

#include "archive/extract/block_codec.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/thread_group.h"

namespace gophercap::archive {

// All methods are for one thread, which is also the one that `write` is called on, and compresses
// where no worker has come to a block or the system refuses them.
class Packer {
 public:
  using Write = std::function<Result<>(std::span<const uint8_t>)>;

  static Result<std::unique_ptr<Packer>> make(Packing packing, const Level& level,
                                              unsigned workers);
  ~Packer() = default;
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  // One file: begin(), any number of append() and append_zeros(), then finish() or abandon().
  void begin(Write write);
  Result<> append(std::span<const uint8_t> bytes);
  Result<> append_zeros(uint64_t count);
  Result<> finish();
  // Also after an error. Waits for blocks that are being compressed.
  void abandon();

 private:
  enum class State : uint8_t { kFilling, kReady, kBusy, kDone };
  struct Slot {
    std::vector<uint8_t> plain;
    size_t plain_size = 0;
    std::vector<uint8_t> packed;
    Result<size_t> packed_size = 0;
    State state = State::kFilling;
  };

  explicit Packer(std::vector<std::unique_ptr<BlockCodec>> codecs);
  void close() noexcept;
  void work(BlockCodec& codec);
  static void compress(Slot& slot, BlockCodec& codec);
  Slot& slot(size_t index) { return slots_[index % slots_.size()]; }
  Result<> submit();
  Result<> write_oldest();
  Result<> write_all();
  Result<> write_zero_blocks(uint64_t count);

  const std::vector<std::unique_ptr<BlockCodec>> codecs_;  // [0] is the caller's own
  const size_t block_bytes_;
  Write write_;
  std::vector<uint8_t> zero_block_;  // as packed; empty: not needed yet

  std::vector<Slot> slots_;
  // Blocks of this file: [written_, filling_) are on their way, filling_ is the caller's.
  size_t written_ = 0;
  bool any_ = false;  // of them
  Mutex mutex_;
  CondVar ready_;
  CondVar done_;
  size_t filling_ GUARDED_BY(mutex_) = 0;
  size_t claimed_ GUARDED_BY(mutex_) = 0;  // the next that nobody compresses yet
  bool closing_ GUARDED_BY(mutex_) = false;
  ThreadGroup threads_{[this] { close(); }};
};

}  // namespace gophercap::archive
