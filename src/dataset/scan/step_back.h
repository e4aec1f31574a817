// Measures by how many places the packets of a file are out of order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "capture/capture_reader.h"

namespace gophercap::dataset {

// To know by how many places a packet is too late, the running maximum of the times before it is
// needed. The newest 4096 values are kept exactly, of older ones every 4096th.
class StepBack {
 public:
  void push(int64_t running_max) {
    ring_[count_ % kExact] = running_max;
    if (count_ % kExact == 0) coarse_.push_back(running_max);
    ++count_;
  }
  // Adds a batch in which no time is below the previous one.
  void push_in_order(const capture::PacketBatch& batch) {
    for (size_t i = 0; i < batch.count; ++i) {
      ring_[(count_ + i) % kExact] = ns_of(batch.packets[i].time);
    }
    static_assert(capture::PacketBatch::kCapacity <=
                  kExact);  // so a batch has at most one coarse sample
    const uint64_t sample = (count_ + kExact - 1) / kExact * kExact;
    if (sample < count_ + batch.count) {
      coarse_.push_back(ns_of(batch.packets[sample - count_].time));
    }
    count_ += batch.count;
  }
  // Returns the number of packets since the first one with a time above `time`, which is below the
  // running maximum.
  uint64_t places(int64_t time) const noexcept {
    const uint64_t exact = std::min<uint64_t>(count_, kExact);
    uint64_t low = 0;  // smallest age (0: newest) whose running maximum is not above `time`
    uint64_t high = exact;
    while (low < high) {
      const uint64_t middle = (low + high) / 2;
      if (ring_[(count_ - 1 - middle) % kExact] > time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low < exact || count_ <= kExact) return low;
    // Older than the exact values: round up to the sample before the first larger one.
    const auto first_larger = std::upper_bound(coarse_.begin(), coarse_.end(), time);
    const auto sample = static_cast<uint64_t>(first_larger - coarse_.begin());
    return count_ - (sample == 0 ? 0 : sample - 1) * kExact - (sample == 0 ? 0 : 1);
  }

 private:
  static constexpr uint64_t kExact = 4096;
  std::array<int64_t, kExact> ring_;  // not initialized: clearing 32 KiB per file would be
                                      // noticeable with tiny files
  std::vector<int64_t> coarse_;
  uint64_t count_ = 0;
};

}  // namespace gophercap::dataset
