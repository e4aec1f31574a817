// A sparse file out of the bytes that an archive has of it: zeros stand where it has none. A stop
// ends holes too (kCancelled), of which one may be 64 GiB.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "archive/archive_index.h"
#include "io/byte_source.h"

namespace gophercap::archive {

class SparseSource final : public io::ByteSource {
 public:
  // `stored` gives the bytes of the extents, one after the other. REQUIRES: the extents are in
  // order and end at `size_bytes` at most.
  SparseSource(std::unique_ptr<io::ByteSource> stored, std::vector<Extent> extents,
               uint64_t size_bytes, std::stop_token stop = {})
      : stored_(std::move(stored)),
        extents_(std::move(extents)),
        size_bytes_(size_bytes),
        stop_(std::move(stop)) {}

  Result<size_t> read(std::span<uint8_t> out) override;

 private:
  std::unique_ptr<io::ByteSource> stored_;
  std::vector<Extent> extents_;
  uint64_t size_bytes_;
  std::stop_token stop_;
  uint64_t position_ = 0;
  size_t next_ = 0;  // the first extent that is not yet behind
};

}  // namespace gophercap::archive
