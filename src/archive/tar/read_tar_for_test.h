// All that a TarReader gives.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "archive/tar/tar_reader.h"

namespace gophercap::archive {

struct ReadMember {
  Member member;
  std::vector<uint8_t> data;  // holes are zeros
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

}  // namespace gophercap::archive
