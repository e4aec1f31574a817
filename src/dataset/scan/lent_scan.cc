#include "dataset/scan/lent_scan.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "archive/index/indexed_member.h"
#include "dataset/scan/scan.h"

namespace gophercap::dataset {

class LentScan::Source final : public io::ByteSource {
 public:
  explicit Source(LentScan& scan) : scan_(scan) {}
  Result<size_t> read(std::span<uint8_t> out) override { return scan_.take(out); }

 private:
  LentScan& scan_;
};

LentScan::LentScan(io::DecodePool* pool, std::stop_token stop)
    : pool_(pool), stop_(std::move(stop)) {}

void LentScan::close() noexcept {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
}

void LentScan::run() {
  while (true) {
    {
      const MutexLock lock(mutex_);
      while (!scanning_ && !closing_) changed_.wait(mutex_);
      if (closing_) return;
    }
    FileSummary summary = scan_source(std::make_unique<Source>(*this), nullptr, {}, pool_);
    {
      const MutexLock lock(mutex_);
      deaf_ = true;  // damage ends a scan before the end of the bytes
      lent_ = {};
      changed_.notify_all();
      while (!size_bytes_ && !closing_) changed_.wait(mutex_);
      summary_ = std::move(summary);
      scanning_ = false;
    }
    changed_.notify_all();
  }
}

Result<size_t> LentScan::take(std::span<uint8_t> out) {
  const MutexLock lock(mutex_);
  while (true) {
    if (closing_ || abandoned_) return Error{Errc::kCancelled, 0, "stopped"};
    const bool any = !lent_.empty();
    const uint64_t upto = any ? lent_offset_ : size_bytes_.value_or(position_);
    if (position_ < upto) {
      if (upto - position_ > archive::kLargestHole)
        return Error{Errc::kUnsupported, 0, "a sparse file with a hole of more than 64 GiB"};
      if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
      const auto zeros = static_cast<size_t>(std::min<uint64_t>(out.size(), upto - position_));
      std::fill_n(out.begin(), zeros, uint8_t{0});
      position_ += zeros;
      return zeros;
    }
    if (any) {
      const size_t count = std::min(out.size(), lent_.size());
      std::copy_n(lent_.data(), count, out.data());
      lent_ = lent_.subspan(count);
      lent_offset_ += count;
      position_ += count;
      if (lent_.empty()) changed_.notify_all();
      return count;
    }
    if (size_bytes_) return 0;
    changed_.wait(mutex_);
  }
}

Result<> LentScan::begin() {
  if (!begun_) TRY_VOID(thread_.start([this] { run(); }));
  begun_ = true;
  {
    const MutexLock lock(mutex_);
    scanning_ = true;
    deaf_ = false;
    abandoned_ = false;
    lent_ = {};
    position_ = 0;
    size_bytes_.reset();
  }
  changed_.notify_all();
  return {};
}

void LentScan::lend(std::span<const uint8_t> bytes, uint64_t offset) {
  if (bytes.empty()) return;
  const MutexLock lock(mutex_);
  if (deaf_ || closing_) return;
  lent_ = bytes;
  lent_offset_ = offset;
  changed_.notify_all();
  while (!lent_.empty() && !deaf_ && !closing_) changed_.wait(mutex_);
  lent_ = {};
}

void LentScan::abandon() {
  {
    const MutexLock lock(mutex_);
    abandoned_ = true;
  }
  static_cast<void>(finish(0));
}

FileSummary LentScan::finish(uint64_t size_bytes) {
  const MutexLock lock(mutex_);
  size_bytes_ = size_bytes;
  changed_.notify_all();
  while (scanning_ && !closing_) changed_.wait(mutex_);
  thread_.rethrow();
  return std::move(summary_);
}

}  // namespace gophercap::dataset
