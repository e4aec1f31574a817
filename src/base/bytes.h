// Byte-order loads and stores by memcpy, for bytes from files and the network. Structs are never
// overlaid on such bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace gophercap {

static_assert(std::endian::native == std::endian::little,
              "loads below assume a little-endian host");

template <class T>
inline T load_le(const uint8_t* p) noexcept {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}
inline uint16_t byte_swap(uint16_t v) noexcept {
  return __builtin_bswap16(v);
}
inline uint32_t byte_swap(uint32_t v) noexcept {
  return __builtin_bswap32(v);
}
inline uint64_t byte_swap(uint64_t v) noexcept {
  return __builtin_bswap64(v);
}

inline uint16_t load_le16(const uint8_t* p) noexcept {
  return load_le<uint16_t>(p);
}
inline uint32_t load_le32(const uint8_t* p) noexcept {
  return load_le<uint32_t>(p);
}
inline uint64_t load_le64(const uint8_t* p) noexcept {
  return load_le<uint64_t>(p);
}
inline uint16_t load_be16(const uint8_t* p) noexcept {
  return byte_swap(load_le16(p));
}
inline uint32_t load_be32(const uint8_t* p) noexcept {
  return byte_swap(load_le32(p));
}
inline uint64_t load_be64(const uint8_t* p) noexcept {
  return byte_swap(load_le64(p));
}

// Loads in the byte order that the header of a file has announced.
struct ByteOrder {
  bool big = false;
  uint16_t load16(const uint8_t* p) const noexcept { return big ? load_be16(p) : load_le16(p); }
  uint32_t load32(const uint8_t* p) const noexcept { return big ? load_be32(p) : load_le32(p); }
  uint64_t load64(const uint8_t* p) const noexcept { return big ? load_be64(p) : load_le64(p); }
};

template <class T>
inline void store_le(uint8_t* p, T value) noexcept {
  std::memcpy(p, &value, sizeof value);
}
inline void store_be16(uint8_t* p, uint16_t value) noexcept {
  store_le(p, byte_swap(value));
}
inline void store_be32(uint8_t* p, uint32_t value) noexcept {
  store_le(p, byte_swap(value));
}

}  // namespace gophercap
