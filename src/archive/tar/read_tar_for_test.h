// Reads everything that a TarReader returns.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "archive/tar/tar_reader.h"
#include "testing/memory_feed.h"

namespace gophercap::archive {

struct ReadMember {
  Member member;
  std::vector<uint8_t> data;  // holes are read as zeros
  bool whole = false;
};

struct ReadTar {
  std::vector<ReadMember> members;
  std::optional<Error> fault;
  TarLosses losses{};
};

inline ReadTar read_tar(BlockFeed& feed) {
  ReadTar all;
  Result<std::unique_ptr<TarReader>> tar = TarReader::open(feed);
  if (!tar) return {{}, tar.error(), {}};
  Member member;
  Result<bool> more = (*tar)->next(member);
  for (; more && *more; more = (*tar)->next(member)) {
    ReadMember& current = all.members.emplace_back(ReadMember{member, {}, false});
    Piece piece;
    more = (*tar)->read(piece);
    for (; more && *more; more = (*tar)->read(piece)) {
      current.data.resize(piece.offset);
      current.data.insert(current.data.end(), piece.bytes.begin(), piece.bytes.end());
    }
    if (!more) break;
    current.whole = true;
    current.data.resize(member.size_bytes);
  }
  EXPECT_EQ((*tar)->failed(), !more.has_value());
  if (!more) all.fault = more.error();
  all.losses = (*tar)->losses();
  return all;
}

inline ReadTar read_tar(const std::vector<uint8_t>& bytes, size_t block = size_t{1} << 20) {
  testing::MemoryFeed feed(bytes, block);
  return read_tar(feed);
}

// Writes the correct checksum into the header at `at`.
inline void sum_up(std::vector<uint8_t>& bytes, size_t at) {
  std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at) + 148, 8, uint8_t{' '});
  uint32_t sum = 0;
  for (size_t i = 0; i < 512; ++i) sum += bytes[at + i];
  const std::string text = fmt::format("{:06o}", sum);
  std::copy(text.begin(), text.end(), bytes.begin() + static_cast<ptrdiff_t>(at) + 148);
}

// Writes this size and the correct checksum into the header at `at`.
inline void set_size(std::vector<uint8_t>& bytes, size_t at, uint64_t size) {
  const std::string text = fmt::format("{:011o}", size);
  std::copy(text.begin(), text.end(), bytes.begin() + static_cast<ptrdiff_t>(at) + 124);
  sum_up(bytes, at);
}

inline void expect_sound(const ReadTar& all, size_t members) {
  EXPECT_FALSE(all.fault) << all.fault->what;
  EXPECT_EQ(all.losses.count, 0u) << all.losses.first.front().reason;
  ASSERT_EQ(all.members.size(), members);
  for (const ReadMember& member : all.members) EXPECT_EQ(member.member.doubt, "");
}

}  // namespace gophercap::archive
