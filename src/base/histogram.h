// Histogram of non-negative durations with a bounded relative error, fixed memory and no allocation
// while recording: what lateness is measured with. Buckets are those of an HDR histogram with 6
// significant bits; their 30 KB are not on the stack of whoever holds a report.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gophercap {

// Values 0 … 2^63-1 in nanoseconds; a quantile is at most 1/64 (1.6 %) above the true value.
// record() by one thread; reading at the same time gives a slightly torn but harmless picture only
// after copying, so copy at a quiet moment or accept it.
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
  // Smallest recorded value (rounded up to its bucket's top, never above max()) that at least q of
  // all values do not exceed. 0 < q <= 1; 0 where nothing was recorded.
  int64_t quantile(double q) const noexcept;
  // Calls visit(smallest, largest, count) for every bucket that is not empty, the smallest first.
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
