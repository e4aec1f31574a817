#include "io/slice_source.h"

#include <algorithm>
#include <vector>

namespace gophercap::io {
namespace {

Error too_short() {
  return {Errc::kTruncated, 0, "ends in the middle"};
}

}  // namespace

Result<> SliceSource::skip() {
  constexpr size_t kStep = size_t{128} << 10;  // a size that suits decoders
  if (skip_ == 0) return {};
  std::vector<uint8_t> dropped(kStep);
  while (skip_ > 0) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(skip_, kStep));
    TRY(const size_t got, rest_->read({dropped.data(), wanted}));
    if (got == 0) return too_short();
    skip_ -= got;
  }
  return {};
}

Result<size_t> SliceSource::read(std::span<uint8_t> out) {
  if (left_ == 0) return 0;
  TRY_VOID(skip());
  TRY(const size_t got,
      rest_->read(out.first(static_cast<size_t>(std::min<uint64_t>(out.size(), left_)))));
  if (got == 0) return too_short();
  left_ -= got;
  return got;
}

}  // namespace gophercap::io
