// What a tar archive says about a member.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "base/words.h"

namespace gophercap::archive {

enum class MemberKind : uint8_t { kFile, kFolder, kHardLink, kSymlink, kDevice, kFifo, kOther };

constexpr auto words_of(MemberKind) noexcept {
  return std::to_array<Word<MemberKind>>({{MemberKind::kFile, "file"},
                                          {MemberKind::kFolder, "folder"},
                                          {MemberKind::kHardLink, "hard link"},
                                          {MemberKind::kSymlink, "link"},
                                          {MemberKind::kDevice, "device"},
                                          {MemberKind::kFifo, "fifo"},
                                          {MemberKind::kOther, "other"}});
}

struct Member {
  std::string path;  // as in the archive, unchecked
  std::string link;  // target of a link
  MemberKind kind = MemberKind::kFile;
  uint64_t size_bytes = 0;  // of the file, including holes
  int64_t mtime_seconds = 0;
  uint32_t mtime_nanos = 0;
  uint32_t mode = 0;  // permission, set-id and sticky bits
  // Describes damage of its headers, because of which its name or data may be wrong; empty: none.
  std::string doubt{};
};

// Nanoseconds since 1970, saturated if the time does not fit.
int64_t mtime_ns_of(const Member& member) noexcept;
// Empty if CaptureTime cannot represent the time.
std::optional<CaptureTime> modified_at(const Member& member) noexcept;

}  // namespace gophercap::archive
