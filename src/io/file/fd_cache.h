// A bounded set of open read-only descriptors, so that 10,000 captures can be read at once under
// `ulimit -n 256`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::io {

// Thread-safe. Keeps at most `capacity` descriptors open and closes the one that was not used for
// longest; one in use by a lease is never closed, so at most (threads that read) more than
// `capacity` exist for a moment.
class FdCache {
 public:
  explicit FdCache(size_t capacity);
  ~FdCache();
  FdCache(const FdCache&) = delete;
  FdCache& operator=(const FdCache&) = delete;

  // The soft limit on open files less what the program needs for itself; raises the soft limit to
  // the hard one first (capped at 4096: more descriptors than that buy nothing).
  static size_t capacity_from_limits();

  struct Impl;
  Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace gophercap::io
