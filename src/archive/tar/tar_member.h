// What a tar archive says of one of its members.
#pragma once

#include <cstdint>
#include <string>

namespace gophercap::archive {

enum class MemberKind : uint8_t { kFile, kFolder, kHardLink, kSymlink, kDevice, kFifo, kOther };

struct Member {
  std::string path;  // the bytes of the archive, not checked for anything
  std::string link;  // target of a link
  MemberKind kind = MemberKind::kFile;
  uint64_t size_bytes = 0;  // of the file, its holes included
  int64_t mtime_seconds = 0;
  uint32_t mtime_nanos = 0;
  uint32_t mode = 0;  // permissions, set-id and sticky bits
  // What of its headers is damaged, so that its name or its bytes may be others; empty: nothing.
  std::string doubt{};
};

// Nanoseconds since 1970; of times that they can't hold, the nearest.
int64_t mtime_ns_of(const Member& member) noexcept;

}  // namespace gophercap::archive
