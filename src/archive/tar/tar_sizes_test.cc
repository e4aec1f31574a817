// Wrong sizes, and bytes that may belong to another member: nothing is lost without a message.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/tar/read_tar_for_test.h"
#include "testing/pcap_builder.h"
#include "testing/tar_builder.h"

namespace gophercap::archive {
namespace {

using testing::Bytes;
using testing::payload;
using testing::TarBuilder;
using testing::TarDialect;

TEST(TarSizes, WhatStandsBehindAHardLinkIsItsOnlyIfItIsWhatTheFileHas) {
  TarBuilder tar;
  tar.member({.path = "./a", .data = payload(900)})
      .member({.path = "b", .data = payload(900, 5), .type = '1', .link = "a"});
  ASSERT_NE(payload(900), payload(900, 5));
  tar.member({.path = "c", .data = payload(7)}).end();
  ReadTar all = read_tar(tar.bytes());
  EXPECT_FALSE(all.fault);
  ASSERT_EQ(all.members.size(), 3u) << "bytes of a member whose header is gone";
  EXPECT_EQ(all.members[1].member.kind, MemberKind::kHardLink);
  EXPECT_EQ(all.losses.count, 1u);
  EXPECT_EQ(all.losses.bytes, 1024u);

  TarBuilder same;
  same.member({.path = "./a", .data = payload(900)})
      .member({.path = "b", .data = payload(900), .type = '1', .link = "a"})
      .end();
  all = read_tar(same.bytes());
  expect_sound(all, 2);
  EXPECT_EQ(all.members[1].data, payload(900));

  TarBuilder unknown;
  unknown.member({.path = "b", .data = payload(900), .type = '1', .link = "a"})
      .member({.path = "c", .data = payload(7)})
      .end();
  all = read_tar(unknown.bytes());
  EXPECT_EQ(all.losses.count, 0u);
  ASSERT_EQ(all.members.size(), 2u);
  EXPECT_EQ(all.members[0].data, payload(900));
  EXPECT_NE(all.members[0].member.doubt, "");
}

// The feed breaks after the header of a file: the file is found, but not its data.
TEST(TarSizes, AFaultBehindAHeaderIsThatOfItsBytes) {
  TarBuilder tar;
  tar.member({.path = "a", .data = payload(900)}).end();
  for (const size_t end : {size_t{512}, size_t{700}}) {
    Bytes cut = tar.bytes();
    cut.resize(end);
    const ReadTar all = read_tar(cut);
    ASSERT_EQ(all.members.size(), 1u);
    EXPECT_EQ(all.members[0].data.size(), end - 512);
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->code, Errc::kTruncated);
  }
}

// A sparse file of GNU tar: one run of 100 bytes at offset 64, `size` bytes stored.
Bytes old_sparse(uint64_t size, bool goes_on) {
  TarBuilder tar;
  tar.member({.path = "s",
              .data = payload(700),
              .type = 'S',
              .size = size,
              .dialect = TarDialect::kGnu})
      .member({.path = "next", .data = payload(9), .dialect = TarDialect::kGnu})
      .end();
  Bytes bytes = tar.bytes();
  const auto put = [&](size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), bytes.begin() + static_cast<ptrdiff_t>(at));
  };
  put(386, "00000000100");
  put(398, "00000000144");
  put(483, "00000000244");
  if (goes_on) {  // all four places are taken
    for (const size_t at : {size_t{410}, size_t{434}, size_t{458}}) {
      put(at, "00000000244");
      put(at + 12, "00000000000");
    }
    bytes[482] = 1;
  }
  sum_up(bytes, 0);
  return bytes;
}

Bytes old_sparse_data() {
  Bytes expected(64);
  const Bytes data = payload(100);
  expected.insert(expected.end(), data.begin(), data.end());
  return expected;
}

TEST(TarSizes, ASparseFileOfGnuTarEndsBeforeTheNextHeader) {
  const ReadTar all = read_tar(old_sparse(2'000, false));
  EXPECT_FALSE(all.fault);
  ASSERT_EQ(all.members.size(), 2u);
  EXPECT_EQ(all.members[0].data, old_sparse_data());
  EXPECT_EQ(all.members[1].data, payload(9));
  EXPECT_EQ(all.losses.count, 1u);
}

// The next block of the map is invalid and does not say how many more there are.
TEST(TarSizes, ADamagedMapDoesNotReachOverTheNextHeader) {
  for (const uint64_t size : {uint64_t{700}, uint64_t{5'000}}) {
    Bytes bytes = old_sparse(size, true);
    std::fill_n(bytes.begin() + 512, 512, uint8_t{'x'});
    const ReadTar all = read_tar(bytes);
    EXPECT_FALSE(all.fault);
    ASSERT_EQ(all.members.size(), 1u) << size;
    EXPECT_EQ(all.members[0].data, payload(9));
    EXPECT_EQ(all.losses.count, 1u);
  }
}

TEST(TarSizes, AFileIsCompleteWhereTheArchiveEndsBehindItsLastByte) {
  TarBuilder plain;
  plain.member({.path = "a", .data = payload(100)});
  for (const bool sparse : {false, true}) {
    Bytes cut = sparse ? old_sparse(700, false) : plain.bytes();
    cut.resize(512 + 100 + 50);
    const ReadTar all = read_tar(cut);
    ASSERT_EQ(all.members.size(), 1u);
    EXPECT_TRUE(all.members[0].whole);
    EXPECT_EQ(all.members[0].data, sparse ? old_sparse_data() : payload(100));
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->code, Errc::kTruncated);
  }
}

TEST(TarSizes, TheLabelOfAVolumeEndsBeforeTheNextHeader) {
  for (const char kind : {'V', 'A'}) {
    TarBuilder tar;
    tar.member({.path = "label", .type = kind, .dialect = TarDialect::kGnu})
        .member({.path = "a", .data = payload(600)})
        .member({.path = "b", .data = payload(6)})
        .end();
    Bytes bytes = tar.bytes();
    set_size(bytes, 0, 2'000);
    const ReadTar all = read_tar(bytes);
    EXPECT_FALSE(all.fault);
    ASSERT_EQ(all.members.size(), 2u);
    EXPECT_EQ(all.members[0].data, payload(600));
    EXPECT_EQ(all.losses.count, 1u);
  }
}

TEST(TarSizes, ALongNameThatReachesOverItsMemberIsSaid) {
  const std::string name(150, 'n');
  TarBuilder tar;
  tar.gnu_long('L', name)
      .member({.path = "cut", .data = payload(6), .dialect = TarDialect::kGnu})
      .member({.path = "b", .data = payload(7), .dialect = TarDialect::kGnu})
      .end();
  Bytes bytes = tar.bytes();
  expect_sound(read_tar(bytes), 2);
  set_size(bytes, 0, 512);  // zeros
  expect_sound(read_tar(bytes), 2);
  set_size(bytes, 0, 1'536);
  const ReadTar all = read_tar(bytes);
  EXPECT_FALSE(all.fault);
  ASSERT_EQ(all.members.size(), 1u);
  EXPECT_EQ(all.members[0].data, payload(7));
  EXPECT_NE(all.members[0].member.doubt, "");
}

TEST(TarSizes, APaxHeaderForAllMembersThatReachesOverTheNextHeaderIsSaid) {
  const std::string record = "13 comment=x\n";
  TarBuilder tar;
  tar.member({.path = "g", .data = {record.begin(), record.end()}, .type = 'g'})
      .member({.path = "a", .data = payload(6)})
      .member({.path = "b", .data = payload(7)})
      .end();
  Bytes bytes = tar.bytes();
  expect_sound(read_tar(bytes), 2);
  set_size(bytes, 0, 1'536);
  const ReadTar all = read_tar(bytes);
  EXPECT_FALSE(all.fault);
  ASSERT_EQ(all.members.size(), 1u);
  EXPECT_EQ(all.losses.count, 1u);
}

}  // namespace
}  // namespace gophercap::archive
