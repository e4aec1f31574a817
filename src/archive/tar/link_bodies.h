// Which bytes belong to a member that may be a link.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "archive/extract/path_set.h"
#include "archive/tar/tar_input.h"
#include "base/result.h"

namespace gophercap::archive {

// Links, folders and devices have no bytes, and a size that means something else, as GNU tar has
// it. POSIX alone lets a hard link have some, which hardly anybody writes: those of the file that
// it leads to. So it remembers of each file its path, its size and its first bytes (as hashes, 16
// to 32 bytes a file). Not thread-safe.
class LinkBodies {
 public:
  struct Body {
    uint64_t size_bytes = 0;
    std::string doubt{};  // whether it is one; empty: no doubt
  };

  // Of a member with this header, whose size is `size_bytes` and whose bytes, if it has any, are
  // next in `in`. `long_link`: what it leads to, where its own header does not say it.
  Result<Body> body_of(std::span<const uint8_t> header, uint64_t size_bytes,
                       const std::optional<std::string>& long_link, TarInput& in) const;

  // Remembers a file whose `size_bytes` are next in `in`.
  void add_file(std::span<const uint8_t> header, std::string_view path, uint64_t size_bytes,
                TarInput& in);

 private:
  PathSet paths_;
  PathSet contents_;
};

}  // namespace gophercap::archive
