// Looks at the headers of a member before libarchive does.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gophercap::archive {

// libarchive holds each entry of an access control list against all before it: one of a megabyte,
// which a tarball of 4 KB may have, takes a minute, and no signal ends it. We want none of them,
// but the library can't be told. So whoever gives it bytes shows them here first. Not thread-safe.
class HeaderWatch {
 public:
  // No file system holds as much.
  static constexpr uint64_t kLongestList = uint64_t{16} << 10;

  // The headers of a member begin at this byte of the archive.
  void begin(uint64_t offset);
  // The bytes of the archive from `offset` on. REQUIRES: all from begin() on are shown, in order.
  // False: with them the library would get a list that is too long.
  bool look(std::span<const uint8_t> bytes, uint64_t offset);

 private:
  enum class Part : uint8_t { kHeader, kRecords, kDone };

  bool take(std::span<const uint8_t> whole);

  Part part_ = Part::kDone;
  uint64_t at_ = 0;             // of the part
  uint64_t size_ = 0;           // of the part, without what fills its last block
  std::vector<uint8_t> bytes_;  // of the part, as far as they were shown
};

}  // namespace gophercap::archive
