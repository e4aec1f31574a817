#include "io/compress/parallel_compressor.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gophercap::io {
namespace {

// Enough that a worker finds the next block while the caller writes.
size_t slot_count(size_t workers) {
  return 2 * workers + 2;
}

}  // namespace

Result<std::unique_ptr<ParallelCompressor>> ParallelCompressor::make(Compression compression,
                                                                     const CompressionLevel& level,
                                                                     unsigned workers) {
  std::vector<std::unique_ptr<BlockCompressor>> compressors;
  for (unsigned i = 0; i < std::max(workers, 1U) + 1; ++i) {
    TRY(std::unique_ptr<BlockCompressor> compressor, make_block_compressor(compression, level));
    compressors.push_back(std::move(compressor));
  }
  return std::unique_ptr<ParallelCompressor>(new ParallelCompressor(std::move(compressors)));
}

ParallelCompressor::ParallelCompressor(std::vector<std::unique_ptr<BlockCompressor>> compressors)
    : compressors_(std::move(compressors)),
      block_bytes_(compressors_.front()->block_bytes()),
      slots_(slot_count(compressors_.size() - 1)) {
  for (Slot& slot : slots_) {
    slot.plain.resize(block_bytes_);
    slot.compressed.resize(compressors_.front()->compressed_limit());
  }
}

void ParallelCompressor::close() noexcept {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  ready_.notify_all();
  done_.notify_all();
}

void ParallelCompressor::compress(Slot& slot, BlockCompressor& compressor) {
  slot.compressed_size = compressor.compress({slot.plain.data(), slot.plain_size}, slot.compressed);
}

void ParallelCompressor::work(BlockCompressor& compressor) {
  while (true) {
    Slot* mine = nullptr;
    {
      const MutexLock lock(mutex_);
      while (claimed_ == filling_ && !closing_) ready_.wait(mutex_);
      if (closing_) return;
      mine = &slot(claimed_++);
      mine->state = State::kBusy;
    }
    compress(*mine, compressor);
    {
      const MutexLock lock(mutex_);
      mine->state = State::kDone;
    }
    done_.notify_one();
  }
}

void ParallelCompressor::begin(Write write) {
  const MutexLock lock(mutex_);
  write_ = std::move(write);
  written_ = filling_ = claimed_ = 0;
  written_plain_bytes_ = 0;
  any_ = false;
  slot(0).plain_size = 0;
}

// Passes the current block to the workers and makes room for the next one.
Result<> ParallelCompressor::submit() {
  if (!std::exchange(started_, true))
    threads_.start_up_to(compressors_.size() - 1, [this](size_t i) { work(*compressors_[i + 1]); });
  size_t next = 0;
  {
    const MutexLock lock(mutex_);
    slot(filling_).state = State::kReady;
    any_ = true;
    next = ++filling_;
  }
  ready_.notify_one();
  if (next - written_ == slots_.size()) TRY_VOID(write_oldest());
  const MutexLock lock(mutex_);
  slot(next).plain_size = 0;
  slot(next).state = State::kFilling;
  return {};
}

// Waits for the oldest block, or compresses it here if no worker has begun it.
Result<> ParallelCompressor::write_oldest() {
  Slot& oldest = slot(written_);
  bool mine = false;
  {
    const MutexLock lock(mutex_);
    mine = claimed_ == written_;
    if (mine) ++claimed_;
    while (!mine && oldest.state != State::kDone && !closing_) done_.wait(mutex_);
    // A worker has failed, so its block will never be ready.
    if (!mine && oldest.state != State::kDone) TRY_VOID(threads_.result());
  }
  if (mine) compress(oldest, *compressors_.front());
  ++written_;
  TRY(const size_t size, oldest.compressed_size);
  TRY_VOID(write_({oldest.compressed.data(), size}));
  written_plain_bytes_ += oldest.plain_size;
  return {};
}

Result<> ParallelCompressor::write_all() {
  size_t end = 0;
  {
    const MutexLock lock(mutex_);
    end = filling_;
  }
  while (written_ < end) TRY_VOID(write_oldest());
  return {};
}

Result<> ParallelCompressor::append(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    Slot* filling = nullptr;
    {
      const MutexLock lock(mutex_);
      filling = &slot(filling_);
    }
    const size_t count = std::min(bytes.size(), block_bytes_ - filling->plain_size);
    std::copy_n(bytes.data(), count, filling->plain.data() + filling->plain_size);
    filling->plain_size += count;
    bytes = bytes.subspan(count);
    if (filling->plain_size == block_bytes_) TRY_VOID(submit());
  }
  return {};
}

// All blocks of zeros are the same, so a hole of terabytes costs almost nothing.
Result<> ParallelCompressor::append_zeros(uint64_t count) {
  static constexpr std::array<uint8_t, 4096> kZeros{};
  const auto append_some = [&](uint64_t zeros) -> Result<> {
    while (zeros > 0) {
      const auto step = static_cast<size_t>(std::min<uint64_t>(zeros, kZeros.size()));
      TRY_VOID(append({kZeros.data(), step}));
      zeros -= step;
    }
    return {};
  };
  size_t filled = 0;
  {
    const MutexLock lock(mutex_);
    filled = slot(filling_).plain_size;
  }
  const uint64_t front = filled == 0 ? 0 : std::min<uint64_t>(count, block_bytes_ - filled);
  TRY_VOID(append_some(front));
  count -= front;
  if (count >= block_bytes_) TRY_VOID(write_zero_blocks(count / block_bytes_));
  return append_some(count % block_bytes_);
}

Result<> ParallelCompressor::write_zero_blocks(uint64_t count) {
  constexpr uint64_t kAtOnce = 512;
  TRY_VOID(write_all());
  any_ = true;
  if (zero_block_.empty()) {
    const std::vector<uint8_t> plain(block_bytes_);
    std::vector<uint8_t> compressed(compressors_.front()->compressed_limit());
    TRY(const size_t size, compressors_.front()->compress(plain, compressed));
    compressed.resize(size);
    zero_block_ = std::move(compressed);
  }
  std::vector<uint8_t> many;
  for (uint64_t i = 0; i < std::min(count, kAtOnce); ++i)
    many.insert(many.end(), zero_block_.begin(), zero_block_.end());
  while (count > 0) {
    const uint64_t step = std::min(count, kAtOnce);
    TRY_VOID(write_({many.data(), static_cast<size_t>(step) * zero_block_.size()}));
    written_plain_bytes_ += step * block_bytes_;
    count -= step;
  }
  return {};
}

Result<> ParallelCompressor::finish() {
  TRY_VOID(write_all());
  Slot* last = nullptr;
  {
    const MutexLock lock(mutex_);
    last = &slot(filling_);
  }
  // An empty file is an empty frame; gzip uses its end mark for that.
  const std::span<const uint8_t> mark = compressors_.front()->end_mark();
  if (last->plain_size > 0 || (!any_ && mark.empty())) {
    compress(*last, *compressors_.front());
    TRY(const size_t size, last->compressed_size);
    TRY_VOID(write_({last->compressed.data(), size}));
    written_plain_bytes_ += last->plain_size;
  }
  if (mark.empty()) return {};
  return write_(mark);
}

void ParallelCompressor::abandon() {
  write_ = [](std::span<const uint8_t>) { return Result<>(); };
  // A worker has failed: the others end before their blocks are used again.
  if (!write_all()) threads_.end();
}

uint64_t compression_memory_bytes(Compression compression, unsigned workers) noexcept {
  // Both blocks of a slot, and the state of a BlockCompressor.
  constexpr uint64_t kGzipSlot = uint64_t{128} << 10;
  constexpr uint64_t kGzipState = uint64_t{1} << 20;
  constexpr uint64_t kZstdSlot = uint64_t{1} << 20;
  constexpr uint64_t kZstdState = uint64_t{2} << 20;
  const bool gzip = compression == Compression::kGzip;
  return slot_count(workers) * (gzip ? kGzipSlot : kZstdSlot) +
         (uint64_t{workers} + 1) * (gzip ? kGzipState : kZstdState);
}

}  // namespace gophercap::io
