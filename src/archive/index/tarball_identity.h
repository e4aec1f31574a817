// By what a tarball is known again.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace gophercap::archive {

// Identifies a tarball, wherever it is.
struct TarballIdentity {
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  uint64_t head_hash = 0;  // XXH3 of its first 64 KiB

  bool operator==(const TarballIdentity&) const = default;
};

// Fails with kUnsupported if it is not a regular file.
Result<TarballIdentity> identify(const std::string& path);

}  // namespace gophercap::archive
