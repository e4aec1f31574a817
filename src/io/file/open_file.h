// Opens files for reading, without waiting for the writer of a FIFO.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::io {

// Whose files are accepted in folders that everybody may write to (see WalkEnd::shared).
enum class Owners : uint8_t {
  kAnyone,   // for captures, whose contents are checked anyway
  kTrusted,  // for files whose contents are trusted: a dump, an index, a configuration (see
             // is_trusted_owner())
};

// Opens read-only and close-on-exec. The error names the path. As long as a FIFO has no writer, use
// poll(): it waits, while read() would report the end. With kTrusted, files of other users in
// shared folders, and links of other users that lead there, fail with kPermission and
// Cause::kUntrustedOwner: the user may want to allow them (--trust).
Result<Fd> open_file(const std::string& path, Owners owners = Owners::kAnyone);

bool is_regular(int fd) noexcept;

}  // namespace gophercap::io
