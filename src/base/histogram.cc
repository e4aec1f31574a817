#include "base/histogram.h"

#include <algorithm>
#include <cmath>

namespace gophercap {

void Histogram::merge(const Histogram& other) noexcept {
  // A histogram that was moved from has no buckets.
  const size_t buckets = std::min(counts_.size(), other.counts_.size());
  for (size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() noexcept {
  std::fill(counts_.begin(), counts_.end(), 0);
  count_ = 0;
  max_ = 0;
  sum_ = 0;
}

int64_t Histogram::quantile(double q) const noexcept {
  int64_t result = 0;
  quantiles({&q, 1}, {&result, 1});
  return result;
}

void Histogram::quantiles(std::span<const double> q, std::span<int64_t> results) const noexcept {
  std::ranges::fill(results, count_ == 0 ? 0 : max());
  if (count_ == 0) return;
  // 7 of 100 values are a share of 0.07, but the nearest double lies above 0.07. The tolerance
  // absorbs this rounding.
  const auto rank = [&](double share) {
    const double wanted = std::clamp(share, 0.0, 1.0) * static_cast<double>(count_) * (1 - 1e-14);
    return std::clamp<uint64_t>(static_cast<uint64_t>(std::ceil(wanted)), 1, count_);
  };
  uint64_t seen = 0;
  size_t next = 0;
  for (size_t i = 0; i < counts_.size() && next < q.size(); ++i) {
    seen += counts_[i];
    for (; next < q.size() && seen >= rank(q[next]); ++next)
      results[next] = static_cast<int64_t>(std::min(bucket_top(i), max_));
  }
}

uint64_t Histogram::bucket_top(size_t index) noexcept {
  if (index < kSub) return index;
  const size_t shift = (index >> kBits) - 1;
  const uint64_t leading = index - (shift << kBits);  // kSub … 2 * kSub - 1
  return ((leading + 1) << shift) - 1;
}

}  // namespace gophercap
