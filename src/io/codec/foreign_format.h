// Recognizes known formats that are not supported, so that the error can name them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gophercap::io {

// How many first bytes of a file are needed to recognize its format.
inline constexpr size_t kForeignBytes = 512;

enum class Foreign : uint8_t {
  kArchive,     // an archive
  kCompressed,  // compressed by an unsupported codec, or compressed twice
  kCapture,     // a capture in an unsupported format
  kOurCapture,  // a capture in a supported format
  kTarball,
  kOther,
};

struct ForeignFormat {
  std::string_view name;  // with its article: "a zip archive"
  std::string_view cure;  // a hint on what to do; may be empty
  Foreign kind = Foreign::kOther;
};

// Recognizes a format by the first bytes of a file, up to kForeignBytes. Returns nothing if the
// format is unknown.
std::optional<ForeignFormat> recognize_foreign(std::span<const uint8_t> first_bytes) noexcept;

// Returns "not a capture file but a zip archive: extract it first (unzip)", or for an unknown
// format "not a capture file: it begins with 61 62 63 64". `wanted` is "a capture file" here.
// REQUIRES: at least four bytes.
std::string refusal_of(std::span<const uint8_t> first_bytes, std::string_view wanted);

}  // namespace gophercap::io
