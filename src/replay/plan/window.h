// The part of the set's time that is replayed.
#pragma once

#include <optional>

#include "base/time.h"

namespace gophercap::replay {

// [from, to), compared with the packet's own time stamp. A side that is not set is open.
struct Window {
  std::optional<CaptureTime> from{}, to{};

  bool limited() const noexcept { return from || to; }
  bool contains(CaptureTime t) const noexcept { return (!from || t >= *from) && (!to || t < *to); }
  // True if it contains all times from `first` to `last`.
  bool contains_all(CaptureTime first, CaptureTime last) const noexcept {
    return contains(first) && contains(last);
  }
  bool contains_none(CaptureTime first, CaptureTime last) const noexcept {
    return (from && last < *from) || (to && first >= *to);
  }
};

}  // namespace gophercap::replay
