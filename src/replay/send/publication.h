// Which frames of a recording others can already read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "transmit/transmitter.h"

namespace gophercap::replay {

// Tracks frames that are written but not published yet: a pipe takes the beginning of a recording,
// and a compression holds back some of it. It may report a few frames too many as unpublished, but
// never one too few. Does not allocate. Not thread-safe.
class Publication {
 public:
  // Call after writing a frame; `end_bytes` is the size of the recording including it.
  void written(uint64_t end_bytes, uint32_t frame_bytes) noexcept {
    if (count_ == 0 || (end_bytes - newest().begin_bytes > kRunBytes && count_ < runs_.size()))
      runs_[(first_ + count_++) % runs_.size()] = {.begin_bytes = end_bytes};
    Run& run = newest();
    run.end_bytes = end_bytes;
    ++run.frames.frames;
    run.frames.bytes += frame_bytes;
    ++missing_.frames;
    missing_.bytes += frame_bytes;
  }

  // Call when `bytes` of the recording are published.
  void published(uint64_t bytes) noexcept {
    for (; count_ > 0 && runs_[first_].end_bytes <= bytes; --count_) {
      missing_.frames -= runs_[first_].frames.frames;
      missing_.bytes -= runs_[first_].frames.bytes;
      first_ = (first_ + 1) % runs_.size();
    }
  }

  transmit::Unconfirmed missing() const noexcept { return missing_; }

 private:
  // Consecutive frames that are assumed to be published together.
  struct Run {
    uint64_t begin_bytes = 0;
    uint64_t end_bytes = 0;
    transmit::Unconfirmed frames{};
  };
  static constexpr uint64_t kRunBytes = 4096;

  Run& newest() noexcept { return runs_[(first_ + count_ - 1) % runs_.size()]; }

  std::array<Run, 4096> runs_{};
  size_t first_ = 0;
  size_t count_ = 0;
  transmit::Unconfirmed missing_;
};

}  // namespace gophercap::replay
