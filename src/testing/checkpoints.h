// Compressed streams that have checkpoints, and who collects these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/codec/checkpoint.h"

namespace gophercap::testing {

// Keeps every place that is at least so far behind the one before.
class Collected final : public io::CheckpointSink {
 public:
  explicit Collected(uint64_t spacing) : spacing_(spacing) {}
  bool wanted(uint64_t plain_offset) const noexcept override { return plain_offset >= next_; }
  void add(io::Checkpoint checkpoint) override;

  std::vector<io::Checkpoint> all;

 private:
  uint64_t spacing_;
  uint64_t next_ = 1;  // the beginning needs none
};

// Text-like, with repeats from far and near, and some that no codec makes smaller.
std::vector<uint8_t> mixed_bytes(size_t size, uint32_t seed);

// A gzip file around raw deflate data.
std::vector<uint8_t> gzip_of(const std::vector<uint8_t>& deflated,
                             const std::vector<uint8_t>& plain);

// One member whose blocks end after so many plain bytes at the latest.
std::vector<uint8_t> gzip_in_blocks(const std::vector<uint8_t>& plain, size_t block);

// One member of stored blocks alone.
std::vector<uint8_t> gzip_stored(const std::vector<uint8_t>& plain, size_t block);

}  // namespace gophercap::testing
