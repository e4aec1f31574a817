// Decides which bytes belong to a member that may be a link.
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

// As in GNU tar, links, folders and devices have no data, and their size has another meaning. Only
// POSIX allows a hard link to have data, that of the file that it links to, and hardly any archive
// has such links. To recognize them, this remembers the path, size and first bytes of each file, as
// hashes, in 16 to 32 bytes per file. Not thread-safe.
class LinkBodies {
 public:
  struct Body {
    uint64_t size_bytes = 0;
    std::string doubt{};  // whether the member may be damaged, and why; empty: no doubt
  };

  // Returns the body of the member with this header. `size_bytes` is its size; its data, if any,
  // comes next in `in`. `long_link` is its link target from an extended header.
  Result<Body> body_of(std::span<const uint8_t> header, uint64_t size_bytes,
                       const std::optional<std::string>& long_link, TarInput& in) const;

  // Remembers a file whose `size_bytes` of data come next in `in`.
  void add_file(std::span<const uint8_t> header, std::string_view path, uint64_t size_bytes,
                TarInput& in);

 private:
  PathSet paths_;
  PathSet contents_;
};

}  // namespace gophercap::archive
