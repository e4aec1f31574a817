// Compressed streams with checkpoints for tests, and a sink that collects them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/codec/checkpoint.h"

namespace gophercap::testing {

// Keeps every checkpoint that is at least this far after the previous one.
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

// Text-like bytes with near and far repeats, and parts that no codec can compress.
std::vector<uint8_t> mixed_bytes(size_t size, uint32_t seed);

// Wraps raw deflate data into a gzip file.
std::vector<uint8_t> gzip_of(const std::vector<uint8_t>& deflated,
                             const std::vector<uint8_t>& plain);

// One member whose blocks have at most this many plain bytes.
std::vector<uint8_t> gzip_in_blocks(const std::vector<uint8_t>& plain, size_t block);

// One member that consists of stored blocks only.
std::vector<uint8_t> gzip_stored(const std::vector<uint8_t>& plain, size_t block);

}  // namespace gophercap::testing
