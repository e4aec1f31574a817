// --memory.
#pragma once

#include <cstdint>

#include "io/memory/memory_bound.h"

namespace gophercap::jobs {

struct MemoryLimit {
  uint64_t bytes = uint64_t{256} << 20;
  bool asked = false;  // the user gave the number: large windows are wanted
  uint64_t parts = 1;  // this is one of so many equal parts of what the user knows

  // What the readers of all files share. Each job says so at its beginning.
  void set() const noexcept { io::MemoryBound::of_process().set(bytes, asked); }
};

}  // namespace gophercap::jobs
