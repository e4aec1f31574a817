// What a header says of its member: libarchive reads that.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "archive/tar/tar_member.h"
#include "base/result.h"

namespace gophercap::archive {

// Each header is given to the library alone and without what is not wanted of it, so that neither
// the members before it, nor attributes, owners or sparse maps, change what it makes of it. Where
// members begin and end is not its affair. Not thread-safe.
class HeaderDecoder {
 public:
  // `header`: 512 bytes whose checksum is right; `mtime`: of a pax header, empty if it has none.
  // `named`: an extended header has the name, so that the one here, which may be cut, says nothing.
  // Sets all but the size and what extended headers say; `doubt` where the library warns of
  // something that matters. Errors: kNoMemory, kCorrupt with the library's words.
  static Result<Member> decode(std::span<const uint8_t> header, std::string_view mtime, bool named);

  // Fails where libarchive can't read tar.
  static Result<> check();
};

}  // namespace gophercap::archive
