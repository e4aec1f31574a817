// The value of --memory.
#pragma once

#include <cstdint>

#include "io/memory/memory_bound.h"

namespace gophercap::jobs {

struct MemoryLimit {
  uint64_t bytes = uint64_t{256} << 20;
  bool asked = false;  // the user has given the number, so larger windows are allowed
  uint64_t parts = 1;  // this is one of so many equal parts of the user's number

  // Sets the limit that the readers of all files share. Each job calls it at its beginning.
  void set() const noexcept { io::MemoryBound::of_process().set(bytes, asked); }
};

}  // namespace gophercap::jobs
