// A histogram of non-negative durations, used to measure lateness. It has a bounded relative error
// and fixed memory, and recording does not allocate. Buckets are those of an HDR histogram with 6
// significant bits; their 30 KB are on the heap, so reports can live on the stack.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gophercap {

// Holds values from 0 to 2^63-1 ns. A quantile is at most 1/64 (1.6 %) above the true value. Only
// one thread may call record(). A thread that reads or copies meanwhile may see a slightly
// inconsistent state, which is harmless.
class Histogram {
 public:
  void record(int64_t value) noexcept { record_many(value, 1); }
  void record_many(int64_t value, uint64_t times) noexcept {
    const uint64_t v = value < 0 ? 0 : static_cast<uint64_t>(value);
    counts_[bucket(v)] += times;
    count_ += times;
    sum_ += static_cast<double>(v) * static_cast<double>(times);
    if (v > max_) max_ = v;
  }
  void merge(const Histogram& other) noexcept;
  void clear() noexcept;

  uint64_t count() const noexcept { return count_; }
  int64_t max() const noexcept { return static_cast<int64_t>(max_); }
  double mean() const noexcept { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  // Returns the smallest recorded value that at least q of all values do not exceed, rounded up to
  // the top of its bucket but never above max(). 0 < q <= 1. Returns 0 if nothing was recorded.
  int64_t quantile(double q) const noexcept;
  // The same for several at once, in one pass. REQUIRES: they ascend, and there are as many
  // results.
  void quantiles(std::span<const double> q, std::span<int64_t> results) const noexcept;
  // Calls visit(smallest, largest, count) for every non-empty bucket in ascending order.
  template <class Visit>
  void for_each_bucket(const Visit& visit) const {
    uint64_t low = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      const uint64_t high = bucket_top(i);
      if (counts_[i] > 0) visit(static_cast<int64_t>(low), static_cast<int64_t>(high), counts_[i]);
      low = high + 1;
    }
  }

 private:
  static constexpr unsigned kBits = 6;
  static constexpr size_t kSub = size_t{1} << kBits;
  static size_t bucket(uint64_t v) noexcept {
    if (v < kSub) return v;
    const unsigned shift = static_cast<unsigned>(std::bit_width(v)) - kBits - 1;
    return (size_t{shift} << kBits) + (v >> shift);
  }
  static uint64_t bucket_top(size_t index) noexcept;

  std::vector<uint64_t> counts_ = std::vector<uint64_t>((64 - kBits + 1) * kSub);
  uint64_t count_ = 0;
  uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace gophercap
