// Definitions shared by the reader and the writer of an index.
#pragma once

#include <xxhash.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "archive/index/database.h"
#include "base/bytes.h"
#include "base/result.h"

namespace gophercap::archive {

inline constexpr int kIndexVersion = 2;                   // PRAGMA user_version
inline constexpr int64_t kIndexApplication = 0x67634958;  // PRAGMA application_id: "gcIX"

// A hash over the columns of a row in their order. SQLite does not detect a changed byte in its
// file, and a wrong offset or window gives wrong bytes that nothing else would reveal.
class RowHash {
 public:
  RowHash& add(uint64_t value) {
    std::array<uint8_t, sizeof value> bytes;
    store_le(bytes.data(), value);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  RowHash& add(int64_t value) { return add(static_cast<uint64_t>(value)); }
  RowHash& add(std::span<const uint8_t> bytes) {
    add(uint64_t{bytes.size()});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  RowHash& add(std::string_view text) {
    return add({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }
  // The hash as a signed integer, the type that SQLite stores.
  int64_t value() const noexcept {
    return static_cast<int64_t>(XXH3_64bits(bytes_.data(), bytes_.size()));
  }

 private:
  std::vector<uint8_t> bytes_;
};

// Hashes the hashes of all rows, to detect missing rows. It is stored in the last column but one of
// the archive's row.
Result<int64_t> hash_of_rows(Database& database);

}  // namespace gophercap::archive
