// Parses the header of a member with libarchive.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "archive/tar/tar_member.h"
#include "base/result.h"

namespace gophercap::archive {

// libarchive gets each header separately and reduced to what is needed, so that previous members,
// attributes, owners and sparse maps cannot affect the result. It does not determine where members
// begin and end. Not thread-safe.
class HeaderDecoder {
 public:
  // `header` has 512 bytes with a correct checksum; `mtime` is that of a pax header, or empty. If
  // `named` is set, an extended header has the name, so the possibly truncated one here is ignored.
  // Sets everything except the size and what extended headers contain; sets `doubt` if libarchive
  // warns about something important. Errors: kNoMemory, kCorrupt with libarchive's message.
  static Result<Member> decode(std::span<const uint8_t> header, std::string_view mtime, bool named);

  // Fails if this libarchive cannot read tar.
  static Result<> check();
};

}  // namespace gophercap::archive
