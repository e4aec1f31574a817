// A limited set of open read-only descriptors, so that 10,000 captures can be read at the same time
// under `ulimit -n 256`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::io {

// Thread-safe. Keeps at most `capacity` descriptors open and closes the least recently used one. A
// descriptor in use is never closed, so for a short time there may be as many more as there are
// reading threads.
class FdCache {
 public:
  explicit FdCache(size_t capacity);
  ~FdCache();
  FdCache(const FdCache&) = delete;
  FdCache& operator=(const FdCache&) = delete;

  // The soft limit on open files minus what the program needs otherwise. Raises the soft limit to
  // the hard limit first, up to 4096; more descriptors bring no advantage.
  static size_t capacity_from_limits();

  struct Impl;
  Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace gophercap::io
