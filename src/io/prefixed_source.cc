#include "io/prefixed_source.h"

#include <algorithm>
#include <utility>

namespace gophercap::io {

PrefixedSource::PrefixedSource(std::vector<uint8_t> prefix, std::unique_ptr<ByteSource> rest)
    : prefix_(std::move(prefix)), rest_(std::move(rest)) {}

Result<size_t> PrefixedSource::read(std::span<uint8_t> out) {
  if (given_ == prefix_.size()) [[likely]]
    return rest_->read(out);
  const size_t count = std::min(out.size(), prefix_.size() - given_);
  std::copy_n(prefix_.data() + given_, count, out.data());
  given_ += count;
  return count;
}

}  // namespace gophercap::io
