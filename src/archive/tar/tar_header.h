// A header block of 512 bytes that describes a member.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace gophercap::archive {

inline constexpr size_t kTarHeaderBytes = 512;  // required by begins_tar()

// REQUIRES: block.size() >= kTarHeaderBytes.
bool has_right_checksum(std::span<const uint8_t> block) noexcept;

// Returns whether these can be the first bytes of a tar archive: a header with a correct checksum.
bool begins_tar(std::span<const uint8_t> front) noexcept;

// Rounds up to whole blocks. REQUIRES: the result is below 2^63.
constexpr uint64_t whole_blocks(uint64_t bytes) noexcept {
  return (bytes + kTarHeaderBytes - 1) / kTarHeaderBytes * kTarHeaderBytes;
}

// Parses a number in a header: octal with leading blanks, or binary if the first bit is set. An
// empty field is 0. Returns nothing if it is neither, negative, or needs more than 63 bits.
std::optional<uint64_t> tar_number(std::span<const uint8_t> field) noexcept;

struct HeaderField {
  size_t offset;
  size_t size;
};
inline constexpr HeaderField kNameField{0, 100};
inline constexpr HeaderField kModeField{100, 8};
inline constexpr HeaderField kOwnerFields{108, 16};  // user and group
inline constexpr HeaderField kSizeField{124, 12};
inline constexpr HeaderField kTimeField{136, 12};
inline constexpr HeaderField kSumField{148, 8};
inline constexpr HeaderField kKindField{156, 1};
inline constexpr HeaderField kLinkField{157, 100};
inline constexpr HeaderField kMagicField{257, 8};
inline constexpr HeaderField kOwnerNames{265, 64};
inline constexpr HeaderField kDeviceFields{329, 16};
inline constexpr HeaderField kPrefixField{345, 155};

constexpr std::span<const uint8_t> in_header(std::span<const uint8_t> header, HeaderField field) {
  return header.subspan(field.offset, field.size);
}

// Returns whether its size is a number or irrelevant, as for a hard link. REQUIRES: as above.
bool has_size(std::span<const uint8_t> block) noexcept;

// Returns whether an unexpected block is a header: begins_tar(), and its numbers are valid. About
// one in ten million other blocks has a correct checksum by chance.
bool looks_like_header(std::span<const uint8_t> block) noexcept;

bool is_all_zeros(std::span<const uint8_t> bytes) noexcept;

}  // namespace gophercap::archive
