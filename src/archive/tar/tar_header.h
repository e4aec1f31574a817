// One block of 512 bytes that describes a member.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace gophercap::archive {

inline constexpr size_t kTarHeaderBytes = 512;  // what begins_tar() needs

// REQUIRES: block.size() >= kTarHeaderBytes.
bool has_right_checksum(std::span<const uint8_t> block) noexcept;

// Whether these may be the first bytes of a tar archive: a header whose checksum is right.
bool begins_tar(std::span<const uint8_t> front) noexcept;

// Bytes up to the end of the last block that `bytes` of them begin. REQUIRES: below 2^63.
constexpr uint64_t whole_blocks(uint64_t bytes) noexcept {
  return (bytes + kTarHeaderBytes - 1) / kTarHeaderBytes * kTarHeaderBytes;
}

// A number as headers have it: octal with blanks in front, or binary with the first bit set. None:
// it is neither, negative, or has more than 63 bits. An empty field is 0.
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

// Whether its size is a number, or of no matter, as that of a hard link. REQUIRES: as above.
bool has_size(std::span<const uint8_t> block) noexcept;

// Whether a block that stands where none was announced is a header: begins_tar(), and its numbers
// are numbers. Other bytes have a right checksum by chance, once in some ten million blocks.
bool looks_like_header(std::span<const uint8_t> block) noexcept;

bool is_all_zeros(std::span<const uint8_t> bytes) noexcept;

}  // namespace gophercap::archive
