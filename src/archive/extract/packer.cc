#include "archive/extract/packer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gophercap::archive {
namespace {

// Enough that a worker finds the next block while the caller writes.
size_t slot_count(size_t workers) {
  return 2 * workers + 2;
}

}  // namespace

Result<std::unique_ptr<Packer>> Packer::make(Packing packing, const Level& level,
                                             unsigned workers) {
  std::vector<std::unique_ptr<BlockCodec>> codecs;
  for (unsigned i = 0; i < std::max(workers, 1U) + 1; ++i) {
    TRY(std::unique_ptr<BlockCodec> codec, make_block_codec(packing, level));
    codecs.push_back(std::move(codec));
  }
  return std::unique_ptr<Packer>(new Packer(std::move(codecs)));
}

Packer::Packer(std::vector<std::unique_ptr<BlockCodec>> codecs)
    : codecs_(std::move(codecs)),
      block_bytes_(codecs_.front()->block_bytes()),
      slots_(slot_count(codecs_.size() - 1)) {
  for (Slot& slot : slots_) {
    slot.plain.resize(block_bytes_);
    slot.packed.resize(codecs_.front()->packed_limit());
  }
  threads_.start_up_to(codecs_.size() - 1, [this](size_t i) { work(*codecs_[i + 1]); });
}

void Packer::close() noexcept {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  ready_.notify_all();
  done_.notify_all();
}

void Packer::compress(Slot& slot, BlockCodec& codec) {
  slot.packed_size = codec.compress({slot.plain.data(), slot.plain_size}, slot.packed);
}

void Packer::work(BlockCodec& codec) {
  while (true) {
    Slot* mine = nullptr;
    {
      const MutexLock lock(mutex_);
      while (claimed_ == filling_ && !closing_) ready_.wait(mutex_);
      if (closing_) return;
      mine = &slot(claimed_++);
      mine->state = State::kBusy;
    }
    compress(*mine, codec);
    {
      const MutexLock lock(mutex_);
      mine->state = State::kDone;
    }
    done_.notify_one();
  }
}

void Packer::begin(Write write) {
  const MutexLock lock(mutex_);
  write_ = std::move(write);
  written_ = filling_ = claimed_ = 0;
  any_ = false;
  slot(0).plain_size = 0;
}

// Hands the block that is being filled to the workers and makes room for the next one.
Result<> Packer::submit() {
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

// Waits for the oldest block, or compresses it here if no worker has come to it.
Result<> Packer::write_oldest() {
  Slot& oldest = slot(written_);
  bool mine = false;
  {
    const MutexLock lock(mutex_);
    mine = claimed_ == written_;
    if (mine) ++claimed_;
    while (!mine && oldest.state != State::kDone && !closing_) done_.wait(mutex_);
    // A worker gave up; its block never comes.
    if (!mine && oldest.state != State::kDone) TRY_VOID(threads_.result());
  }
  if (mine) compress(oldest, *codecs_.front());
  ++written_;
  TRY(const size_t size, oldest.packed_size);
  return write_({oldest.packed.data(), size});
}

Result<> Packer::write_all() {
  size_t end = 0;
  {
    const MutexLock lock(mutex_);
    end = filling_;
  }
  while (written_ < end) TRY_VOID(write_oldest());
  return {};
}

Result<> Packer::append(std::span<const uint8_t> bytes) {
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

// Whole blocks of zeros are all the same, so that a hole of terabytes costs next to nothing.
Result<> Packer::append_zeros(uint64_t count) {
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

Result<> Packer::write_zero_blocks(uint64_t count) {
  constexpr uint64_t kAtOnce = 512;
  TRY_VOID(write_all());
  any_ = true;
  if (zero_block_.empty()) {
    const std::vector<uint8_t> plain(block_bytes_);
    std::vector<uint8_t> packed(codecs_.front()->packed_limit());
    TRY(const size_t size, codecs_.front()->compress(plain, packed));
    packed.resize(size);
    zero_block_ = std::move(packed);
  }
  std::vector<uint8_t> many;
  for (uint64_t i = 0; i < std::min(count, kAtOnce); ++i)
    many.insert(many.end(), zero_block_.begin(), zero_block_.end());
  while (count > 0) {
    const uint64_t step = std::min(count, kAtOnce);
    TRY_VOID(write_({many.data(), static_cast<size_t>(step) * zero_block_.size()}));
    count -= step;
  }
  return {};
}

Result<> Packer::finish() {
  TRY_VOID(write_all());
  Slot* last = nullptr;
  {
    const MutexLock lock(mutex_);
    last = &slot(filling_);
  }
  // A file without bytes is an empty frame; gzip has its end mark for that.
  const std::span<const uint8_t> mark = codecs_.front()->end_mark();
  if (last->plain_size > 0 || (!any_ && mark.empty())) {
    compress(*last, *codecs_.front());
    TRY(const size_t size, last->packed_size);
    TRY_VOID(write_({last->packed.data(), size}));
  }
  if (mark.empty()) return {};
  return write_(mark);
}

void Packer::abandon() {
  write_ = [](std::span<const uint8_t>) { return Result<>(); };
  // A worker gave up: those that are left end before their blocks are used again.
  if (!write_all()) threads_.end();
}

}  // namespace gophercap::archive
