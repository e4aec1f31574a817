// Opening what is read. Never waits for the writer of a FIFO.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::io {

// Whose files are taken where everybody may put some (see WalkEnd::shared).
enum class Owners : uint8_t {
  kAnyone,   // of captures, which are judged by what is in them
  kTrusted,  // of what is believed: a dump, an index, a configuration (see is_trusted_owner())
};

// Read-only and close-on-exec. The error has the path. Until a FIFO has a writer poll() waits,
// while read() would say that it has ended. kTrusted: kPermission for a file of another user in a
// shared folder, and for a link of another that lies behind one; see is_distrusted().
Result<Fd> open_file(const std::string& path, Owners owners = Owners::kAnyone);

// Whether open_file() has refused what the user may want to take all the same.
bool is_distrusted(const Error& error) noexcept;

bool is_regular(int fd) noexcept;

}  // namespace gophercap::io
