// Changes bytes of a packet, and says what that means for checksums (RFC 1624).
#pragma once

#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "rewrite/network/prefix.h"

namespace gophercap::rewrite {

// By how much a one's complement sum changes if bytes change. Sums of changes are changes. The
// 16-bit words are those at even offsets of the frame, in memory order; what is summed from an odd
// offset on has the same change with its bytes swapped.
class Change {
 public:
  Change() = default;
  // `bytes` is even, at most 16. `at` is the offset in the frame.
  static Change of(uint32_t at, const uint8_t* before, const uint8_t* after,
                   uint32_t bytes) noexcept {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < bytes; i += 2)
      sum += static_cast<uint16_t>(~load_le16(before + i)) + uint32_t{load_le16(after + i)};
    Change change;
    change.sum_ = (at & 1) == 0 ? sum : byte_swap(folded(sum));
    return change;
  }

  Change& operator+=(const Change& other) noexcept {
    sum_ += other.sum_;
    return *this;
  }
  friend Change operator+(Change a, const Change& b) noexcept { return a += b; }

  // In memory order, for a field at that offset; 0 if sums stay as they are.
  uint16_t at(uint32_t offset) const noexcept {
    const uint16_t word = folded(sum_);
    if (word == 0xffff) return 0;
    return (offset & 1) == 0 ? word : byte_swap(word);
  }

  // Adds the carries. The result is 0 only if the sum is.
  static uint16_t folded(uint64_t sum) noexcept {
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(sum);
  }

 private:
  uint64_t sum_ = 0;
};

// The bytes of a frame. Offsets are those in the frame; all functions but has() REQUIRE that the
// frame has the bytes they name.
class Edits {
 public:
  Edits(uint8_t* data, uint32_t bytes) noexcept : data_(data), bytes_(bytes) {}

  bool has(uint64_t at, uint32_t count) const noexcept {
    return at <= bytes_ && count <= bytes_ - at;
  }
  const uint8_t* at(uint32_t offset) const noexcept { return data_ + offset; }
  uint8_t byte(uint32_t offset) const noexcept { return data_[offset]; }
  uint16_t word(uint32_t offset) const noexcept { return load_be16(data_ + offset); }
  uint32_t bytes() const noexcept { return bytes_; }
  bool any() const noexcept { return any_; }

  Change put(uint32_t offset, const uint8_t* value, uint32_t count) noexcept {
    if (std::memcmp(data_ + offset, value, count) == 0) return {};
    const Change change = Change::of(offset, data_ + offset, value, count);
    std::memcpy(data_ + offset, value, count);
    any_ = true;
    return change;
  }
  Change put_word(uint32_t offset, uint16_t value) noexcept {
    uint8_t bytes[2];
    store_be16(bytes, value);
    return put(offset, bytes, 2);
  }

  // Changes a checksum as RFC 1624 says (equation 3): a wrong one remains wrong by as much.
  Change update_checksum(uint32_t offset, const Change& covered) noexcept {
    const uint16_t change = covered.at(offset);
    if (change == 0) return {};
    const uint16_t sum = static_cast<uint16_t>(~load_le16(data_ + offset));
    return put_memory_word(offset, static_cast<uint16_t>(~Change::folded(uint64_t{sum} + change)));
  }
  // Changes a sum that is not yet complemented.
  Change update_sum(uint32_t offset, const Change& covered) noexcept {
    const uint16_t change = covered.at(offset);
    if (change == 0) return {};
    return put_memory_word(offset, Change::folded(uint64_t{load_le16(data_ + offset)} + change));
  }

 private:
  Change put_memory_word(uint32_t offset, uint16_t value) noexcept {
    uint8_t bytes[2];
    store_le(bytes, value);
    return put(offset, bytes, 2);
  }

  uint8_t* const data_;
  const uint32_t bytes_;
  bool any_ = false;
};

}  // namespace gophercap::rewrite
