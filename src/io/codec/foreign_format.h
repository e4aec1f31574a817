// Files that people have, whose format is known but not read: named in the words that refuse them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gophercap::io {

// Of a file, to tell by.
inline constexpr size_t kForeignBytes = 512;

enum class Foreign : uint8_t {
  kArchive,     // a container of files
  kCompressed,  // by a codec that is not read, or once more
  kCapture,     // of a format that is not read
  kReadable,    // a capture, or a tarball, that is read elsewhere
  kOther,
};

struct ForeignFormat {
  std::string_view name;  // with its article: "a zip archive"
  std::string_view cure;  // what to do about it; may be empty
  Foreign kind = Foreign::kOther;
};

// What the first bytes of a file, up to kForeignBytes, announce. None: it is not known.
std::optional<ForeignFormat> recognize_foreign(std::span<const uint8_t> first_bytes) noexcept;

// "not a capture file but a zip archive: extract it first (unzip)", or where it is not known "not a
// capture file: it begins with 61 62 63 64". `wanted`: "a capture file". REQUIRES: four bytes.
std::string refusal_of(std::span<const uint8_t> first_bytes, std::string_view wanted);

}  // namespace gophercap::io
