#include "testing/memory_source.h"

#include <algorithm>
#include <utility>

namespace gophercap::testing {

MemorySource::MemorySource(std::vector<uint8_t> bytes, size_t max_chunk)
    : bytes_(std::move(bytes)), max_chunk_(max_chunk) {}

Result<size_t> MemorySource::read(std::span<uint8_t> out) {
  const size_t count = std::min({out.size(), max_chunk_, bytes_.size() - offset_});
  std::copy_n(bytes_.data() + offset_, count, out.data());
  offset_ += count;
  return count;
}

}  // namespace gophercap::testing
