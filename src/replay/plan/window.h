// Which part of the set's time is replayed.
#pragma once

#include <optional>

#include "base/time.h"

namespace gophercap::replay {

// [from, to), held against each packet's own time stamp. Not given = open on that side.
struct Window {
  std::optional<CaptureTime> from{}, to{};

  bool limited() const noexcept { return from || to; }
  bool contains(CaptureTime t) const noexcept { return (!from || t >= *from) && (!to || t < *to); }
  // Of all times from `first` to `last`.
  bool contains_all(CaptureTime first, CaptureTime last) const noexcept {
    return contains(first) && contains(last);
  }
  bool contains_none(CaptureTime first, CaptureTime last) const noexcept {
    return (from && last < *from) || (to && first >= *to);
  }
};

}  // namespace gophercap::replay
