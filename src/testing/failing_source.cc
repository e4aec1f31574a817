#include "testing/failing_source.h"

#include <algorithm>
#include <utility>

namespace gophercap::testing {

FailingSource::FailingSource(std::vector<uint8_t> bytes, size_t good_bytes, Error error)
    : bytes_(std::move(bytes)), error_(std::move(error)) {
  bytes_.resize(std::min(good_bytes, bytes_.size()));
}

Result<size_t> FailingSource::read(std::span<uint8_t> out) {
  const size_t count = std::min(out.size(), bytes_.size() - offset_);
  if (count == 0) return error_;
  std::copy_n(bytes_.data() + offset_, count, out.data());
  offset_ += count;
  return count;
}

}  // namespace gophercap::testing
