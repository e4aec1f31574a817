// Writes the checkpoints of a tarball to its index, at a distance that keeps the index small.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "archive/index/index_writer.h"
#include "base/mutex.h"
#include "base/result.h"
#include "io/codec/checkpoint.h"

namespace gophercap::archive {

// Thread-safe, so that it can be read while a thread decodes.
class CheckpointKeeper final : public io::CheckpointSink {
 public:
  // Inflating 16 MiB takes about 20 ms, and a window takes 10 to 30 KiB: 0.3 % of an archive that
  // is compressed to half its size.
  static constexpr uint64_t kSpacing = uint64_t{16} << 20;

  explicit CheckpointKeeper(uint64_t spacing_bytes = kSpacing)
      : spacing_(spacing_bytes), next_(spacing_bytes) {}

  // Nothing is kept before this call. REQUIRES: nothing has been decoded yet; the writer outlives
  // the decoder.
  void write_to(IndexWriter& writer) noexcept { writer_ = &writer; }

  bool wanted(uint64_t plain_offset) const noexcept override {
    return plain_offset >= next_.load(std::memory_order_relaxed);
  }

  void add(io::Checkpoint checkpoint) override {
    next_.store(checkpoint.plain_offset + spacing_, std::memory_order_relaxed);
    if (writer_ == nullptr) return;
    const MutexLock lock(mutex_);
    if (result_) result_ = writer_->add(checkpoint);
  }

  // The first error from writing checkpoints.
  Result<> result() const {
    const MutexLock lock(mutex_);
    return result_;
  }

 private:
  const uint64_t spacing_;
  std::atomic<uint64_t> next_;
  IndexWriter* writer_ = nullptr;
  mutable Mutex mutex_;
  Result<> result_ GUARDED_BY(mutex_);
};

}  // namespace gophercap::archive
