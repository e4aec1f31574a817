// The checksum of SCTP (RFC 9260, appendix A).
#pragma once

#include <cstddef>
#include <cstdint>

namespace gophercap::rewrite {

// Continues a CRC without the inversions at its begin and end.
uint32_t crc32c_continued(uint32_t crc, const uint8_t* data, size_t bytes) noexcept;

// Returns by what a CRC is XORed if these four bytes of its data are XORed with `difference`, and
// `after` bytes follow them.
uint32_t crc32c_change(const uint8_t difference[4], uint64_t after) noexcept;

}  // namespace gophercap::rewrite
