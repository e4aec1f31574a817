// The arrival times of the packets of one capture thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "bench/sets/random.h"

namespace gophercap::bench {

enum class Pattern : uint8_t {
  kBurst,     // about 16 packets 1 to 11 us apart, then a pause of random length
  kPoisson,   // independent intervals
  kConstant,  // equal intervals
  kBursts32,  // 32 packets 1 us apart, at equal intervals
};

// Strictly increasing times in nanoseconds, as multiples of the resolution. Not thread-safe.
class ArrivalTimes {
 public:
  ArrivalTimes(Pattern pattern, double packets_per_second, int64_t start_ns, int64_t resolution_ns,
               uint64_t seed) noexcept
      : pattern_(pattern),
        gap_ns_(1e9 / packets_per_second),
        start_ns_(start_ns),
        resolution_ns_(resolution_ns),
        burst_gap_ns_(std::min(kMeanBurstGapNs, gap_ns_ / 2)),
        random_(seed) {}

  int64_t next() noexcept {
    advance();
    int64_t time = start_ns_ + std::llround(offset_ns_);
    time -= time % resolution_ns_;
    last_ns_ = std::max(time, last_ns_ + resolution_ns_);
    ++count_;
    return last_ns_;
  }

 private:
  static constexpr double kMeanBurst = 16;
  static constexpr double kMeanBurstGapNs = 6000;

  void advance() noexcept {
    const auto n = static_cast<double>(count_);
    const auto in_burst = static_cast<double>(count_ % 32);
    switch (pattern_) {
      case Pattern::kConstant:
        offset_ns_ = n * gap_ns_;
        return;
      case Pattern::kBursts32:
        offset_ns_ = (n - in_burst) * gap_ns_ + in_burst * 1000;
        return;
      case Pattern::kPoisson:
        if (count_ > 0) offset_ns_ += random_.exponential(gap_ns_);
        return;
      case Pattern::kBurst:
        if (left_in_burst_ == 0) {
          left_in_burst_ = 8 + random_.below(17);
          const double pause = kMeanBurst * gap_ns_ - (kMeanBurst - 1) * burst_gap_ns_;
          if (count_ > 0) offset_ns_ += random_.exponential(pause);
        } else {
          offset_ns_ += burst_gap_ns_ * (1 + random_.below(11)) / 6;  // 1 to 11 us
        }
        --left_in_burst_;
        return;
    }
  }

  Pattern pattern_;
  double gap_ns_;
  int64_t start_ns_;
  int64_t resolution_ns_;
  double burst_gap_ns_;  // smaller at rates that leave no room for pauses
  Random random_;
  uint64_t count_ = 0;
  uint32_t left_in_burst_ = 0;
  double offset_ns_ = 0;
  int64_t last_ns_ = -1'000'000'000;
};

}  // namespace gophercap::bench
