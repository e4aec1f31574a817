// The header and trailer of a gzip member (RFC 1952, 2.3.1), used when reading from a stream and
// when reading from memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gophercap::io {

inline constexpr size_t kGzipFixedHeader = 10;
inline constexpr size_t kGzipTrailer = 8;  // CRC-32 and length of the plain bytes
inline constexpr uint8_t kGzipMethodDeflate = 8;
inline constexpr uint8_t kGzipFlagHeaderCrc = 0x02;
inline constexpr uint8_t kGzipFlagExtra = 0x04;
inline constexpr uint8_t kGzipFlagName = 0x08;
inline constexpr uint8_t kGzipFlagComment = 0x10;
inline constexpr uint8_t kGzipFlagsReserved = 0xe0;

}  // namespace gophercap::io
