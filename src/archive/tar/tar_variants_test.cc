// Archives of various writers, some of them damaged, are read as GNU tar reads them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "archive/tar/read_tar_for_test.h"
#include "testing/memory_feed.h"
#include "testing/pcap_builder.h"
#include "testing/tar_builder.h"

namespace gophercap::archive {
namespace {

using testing::Bytes;
using testing::payload;
using testing::TarBuilder;
using testing::TarDialect;
using Records = std::vector<std::pair<std::string, std::string>>;

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

// A pax header with these bytes as records.
void raw_pax(TarBuilder& tar, std::string_view records) {
  tar.member({.path = "PaxHeaders/x", .data = bytes_of(records), .type = 'x'});
}

TEST(TarVariants, AnAttributeMayBeLargerThanAMegabyte) {
  for (const size_t block : {size_t{4096}, size_t{1} << 20}) {
    TarBuilder tar;
    tar.pax({{"SCHILY.xattr.user.note", std::string(3'000'000, 'a')}, {"path", "long/name.pcap"}})
        .member({.path = "cut", .data = payload(700)})
        .member({.path = "next", .data = payload(5)})
        .end();
    const ReadTar all = read_tar(tar.bytes(), block);
    expect_sound(all, 2);
    EXPECT_EQ(all.members[0].member.path, "long/name.pcap");
    EXPECT_EQ(all.members[0].data, payload(700));
  }
}

TEST(TarVariants, RecordsOfAWrongLengthAreReadAndSaid) {
  // "30 path=ü….pcap": characters, not bytes.
  const std::string name = "d/\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc.pcap";
  const std::string by_characters = fmt::format("20 path={}\n", name);
  ASSERT_EQ(by_characters.size(), 24u);
  for (const std::string& records :
       {by_characters, by_characters + "20 comment=nothing1\n", fmt::format("17 path={}\n", name),
        fmt::format("999 path={}\n", name), fmt::format("11 x=y\n17 path={}\n", name)}) {
    TarBuilder tar;
    raw_pax(tar, records);
    tar.member({.path = "cut", .data = payload(10)})
        .member({.path = "b", .data = payload(3)})
        .end();
    const ReadTar all = read_tar(tar.bytes());
    ASSERT_EQ(all.members.size(), 2u) << records;
    EXPECT_EQ(all.members[0].member.path, name) << records;
    EXPECT_NE(all.members[0].member.doubt, "") << records;
    EXPECT_EQ(all.members[1].member.doubt, "");
  }
}

TEST(TarVariants, RecordsThatSayNothingAreSaid) {
  for (const std::string_view records : {"garbage", "20 size=twelve bytes\n", "12 mtime=xx\n",
                                         "9 no key\n", "38 GNU.sparse.numblocks=1234567890123\n"}) {
    TarBuilder tar;
    raw_pax(tar, records);
    tar.member({.path = "a", .data = payload(10)}).end();
    const ReadTar all = read_tar(tar.bytes());
    ASSERT_FALSE(all.fault) << records;
    EXPECT_TRUE(all.losses.count > 0 || !all.members[0].member.doubt.empty()) << records;
  }
}

TEST(TarVariants, AHardLinkWithASizeHasBytesOnlyIfTheyAreThere) {
  for (const TarDialect dialect : {TarDialect::kUstar, TarDialect::kGnu, TarDialect::kV7}) {
    TarBuilder tar;
    tar.member({.path = "a", .data = payload(900)})
        .pax({{"size", "900"}})
        .member({.path = "b", .type = '1', .link = "a", .size = 900, .dialect = dialect})
        .member({.path = "c", .data = payload(7)})
        .member({.path = "d", .type = '1', .link = "a", .size = 900, .dialect = dialect});
    const size_t last = tar.size();
    tar.member({.path = "e", .data = payload(20)}).member({.path = "f", .data = payload(8)}).end();
    ReadTar all = read_tar(tar.bytes());
    expect_sound(all, 6);
    EXPECT_EQ(all.members[1].member.kind, MemberKind::kHardLink);
    EXPECT_EQ(all.members[2].data, payload(7));
    EXPECT_EQ(all.members[3].member.kind, MemberKind::kHardLink);
    Bytes damaged = tar.bytes();
    damaged[last] ^= 1;
    all = read_tar(damaged);
    ASSERT_EQ(all.members.size(), 5u) << "the damaged header is none of the link's bytes";
    EXPECT_EQ(all.losses.count, 1u);

    if (dialect != TarDialect::kUstar) continue;  // only POSIX allows for it
    TarBuilder with_bytes;
    with_bytes.member({.path = "a", .data = payload(900)})
        .member({.path = "b", .data = payload(900), .type = '1', .link = "a", .dialect = dialect})
        .member({.path = "c", .data = payload(7)})
        .end();
    all = read_tar(with_bytes.bytes());
    expect_sound(all, 3);
    EXPECT_EQ(all.members[1].member.kind, MemberKind::kFile);
    EXPECT_EQ(all.members[1].data, payload(900));
  }
}

TEST(TarVariants, FoldersAndLinksMayHaveASizeWithoutBytes) {
  for (const char kind : {'2', '3', '5', '6'}) {
    TarBuilder tar;
    tar.member({.path = "x", .type = kind, .link = "y", .size = 4096})
        .member({.path = "c", .data = payload(7)})
        .end();
    const ReadTar all = read_tar(tar.bytes());
    expect_sound(all, 2);
    EXPECT_EQ(all.members[1].data, payload(7)) << kind;
  }
}

// A member with `runs` runs of two bytes, ten apart, in each format that GNU tar has used.
Bytes sparse_tar(size_t runs, std::string_view form, size_t more_bytes) {
  const size_t real = runs * 10;
  const Bytes data = payload(runs * 2 + more_bytes);
  TarBuilder tar;
  Records records = {{"GNU.sparse.name", "s"}};
  std::string map;
  if (form == "1.0") {
    records.insert(records.end(), {{"GNU.sparse.major", "1"},
                                   {"GNU.sparse.minor", "0"},
                                   {"GNU.sparse.realsize", fmt::format("{}", real)}});
    map = fmt::format("{}\n", runs);
    for (size_t i = 0; i < runs; ++i) map += fmt::format("{}\n2\n", i * 10);
    map.resize((map.size() + 511) / 512 * 512);
  } else {
    records.insert(records.end(), {{"GNU.sparse.size", fmt::format("{}", real)},
                                   {"GNU.sparse.numblocks", fmt::format("{}", runs)}});
    std::string all;
    for (size_t i = 0; i < runs; ++i) {
      if (form == "0.0") {
        records.emplace_back("GNU.sparse.offset", fmt::format("{}", i * 10));
        records.emplace_back("GNU.sparse.numbytes", "2");
      } else {
        all += fmt::format("{}{},2", i == 0 ? "" : ",", i * 10);
      }
    }
    if (form == "0.1") records.emplace_back("GNU.sparse.map", all);
  }
  Bytes body = bytes_of(map);
  body.insert(body.end(), data.begin(), data.end());
  tar.pax(records).member({.path = "GNUSparseFile.1/s", .data = body});
  return tar.member({.path = "next", .data = payload(9)}).end().bytes();
}

TEST(TarVariants, SparseFilesOfManyRunsAndWithBytesBehindThem) {
  for (const std::string_view form : {"0.0", "0.1", "1.0"}) {
    for (const size_t runs : {size_t{1}, size_t{68'000}}) {
      for (const size_t more : {size_t{0}, size_t{5'000}}) {
        const ReadTar all = read_tar(sparse_tar(runs, form, more));
        expect_sound(all, 2);
        EXPECT_EQ(all.members[0].member.path, "s");
        const Bytes data = payload(runs * 2 + more);
        Bytes expected(runs * 10);
        for (size_t i = 0; i < runs; ++i)
          std::copy_n(data.begin() + static_cast<ptrdiff_t>(2 * i), 2,
                      expected.begin() + static_cast<ptrdiff_t>(10 * i));
        EXPECT_EQ(all.members[0].data, expected) << form << " " << runs << " " << more;
        EXPECT_EQ(all.members[1].data, payload(9)) << form << " " << runs << " " << more;
      }
    }
  }
}

TEST(TarVariants, ASparseFileEndsBeforeTheNextHeaderWhateverItsSizeSays) {
  for (const std::string_view form : {"0.0", "0.1", "1.0"}) {
    for (const size_t more : {size_t{0}, size_t{5'000}}) {
      Bytes bytes = sparse_tar(100, form, more);
      // The second header of the archive is that of the sparse file.
      size_t header = 512;
      while (bytes[header] != 'G') header += 512;
      for (const std::string_view size : {"00000020000", "77777777777"}) {
        std::copy(size.begin(), size.end(), bytes.begin() + static_cast<ptrdiff_t>(header) + 124);
        sum_up(bytes, header);
        for (const size_t block : {size_t{333}, size_t{1} << 20}) {
          const ReadTar all = read_tar(bytes, block);
          EXPECT_FALSE(all.fault) << all.fault->what;
          ASSERT_EQ(all.members.size(), 2u) << form << " " << more;
          EXPECT_EQ(all.members[0].data.size(), 1'000u);
          EXPECT_EQ(all.members[1].data, payload(9));
          ASSERT_EQ(all.losses.count, 1u);
          EXPECT_EQ(all.losses.first[0].reason,
                    "the size of s reaches over the header of the next member");
          EXPECT_EQ(all.losses.first[0].offset, 0u);
        }
      }
    }
  }
}

TEST(TarVariants, ASparseMapThatIsNoneTakesItsMemberOnly) {
  for (const Records& records :
       {Records{{"GNU.sparse.map", "0,5,x"}, {"GNU.sparse.numblocks", "1"}},
        Records{{"GNU.sparse.map", "0,5,9"}, {"GNU.sparse.numblocks", "1"}},
        Records{{"GNU.sparse.map", "0,9999"}, {"GNU.sparse.numblocks", "1"}},
        Records{{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}},
        Records{{"GNU.sparse.major", "7"}, {"GNU.sparse.minor", "3"}}}) {
    TarBuilder tar;
    tar.member({.path = "a", .data = payload(1)})
        .pax(records)
        .member({.path = "s", .data = payload(900)})
        .member({.path = "b", .data = payload(2)})
        .end();
    const ReadTar all = read_tar(tar.bytes());
    EXPECT_FALSE(all.fault);
    EXPECT_EQ(all.losses.count + (all.members.size() == 3 ? 1 : 0), 1u);
    EXPECT_EQ(all.members.back().data, payload(2));
  }
}

TEST(TarVariants, ADamagedHeaderIsPassedOverWithItsBytes) {
  TarBuilder tar;
  tar.member({.path = "a", .data = payload(600)});
  const size_t second = tar.size();
  tar.member({.path = "b", .data = payload(1'500)});
  const size_t third = tar.size();
  tar.member({.path = "c", .data = payload(5)});
  const size_t mark = tar.size();
  tar.end();
  Bytes bytes = tar.bytes();
  bytes[second + 10] ^= 1;
  ReadTar all = read_tar(bytes, 333);
  EXPECT_FALSE(all.fault);
  ASSERT_EQ(all.members.size(), 2u);
  EXPECT_EQ(all.members[1].member.path, "c");
  ASSERT_EQ(all.losses.count, 1u);
  EXPECT_EQ(all.losses.first[0].offset, second);
  EXPECT_EQ(all.losses.bytes, third - second);

  bytes[10] ^= 1;  // the first header too
  bytes[third + 10] ^= 1;
  all = read_tar(bytes);
  EXPECT_TRUE(all.fault) << "not one header is left: " << all.members.size();
  bytes[10] ^= 1;
  all = read_tar(bytes);
  EXPECT_FALSE(all.fault);
  ASSERT_EQ(all.losses.count, 1u);
  EXPECT_EQ(all.losses.bytes, mark - second);
  bytes[second + 10] ^= 1;
  bytes[10] ^= 1;
  all = read_tar(bytes);
  EXPECT_FALSE(all.fault);
  ASSERT_EQ(all.members.size(), 1u) << "b";
  EXPECT_EQ(all.losses.count, 2u);
  EXPECT_EQ(all.losses.first[0].offset, 0u);
}

TEST(TarVariants, ASizeThatIsNoneIsADamagedHeader) {
  TarBuilder tar;
  tar.member({.path = "a", .data = payload(6)});
  const size_t second = tar.size();
  tar.member({.path = "b", .data = payload(6)}).member({.path = "c", .data = payload(6)}).end();
  Bytes bytes = tar.bytes();
  bytes[second + 124] = 'q';
  sum_up(bytes, second);
  const ReadTar all = read_tar(bytes);
  ASSERT_EQ(all.members.size(), 2u);
  EXPECT_EQ(all.losses.count, 1u);
}

TEST(TarVariants, AModeThatIsNoNumberCostsNothing) {
  for (const size_t field : {size_t{100}, size_t{136}}) {
    TarBuilder tar;
    tar.member({.path = "a", .data = payload(6)}).member({.path = "b", .data = payload(6)}).end();
    Bytes bytes = tar.bytes();
    bytes[field] = 'q';
    sum_up(bytes, 0);
    const ReadTar all = read_tar(bytes);
    EXPECT_EQ(all.losses.count, 0u);
    ASSERT_EQ(all.members.size(), 2u);
    EXPECT_EQ(all.members[0].data, payload(6));
    EXPECT_NE(all.members[0].member.doubt, "");
  }
}

TEST(TarVariants, AHeaderWithoutItsMemberIsLost) {
  TarBuilder tar;
  tar.member({.path = "a", .data = payload(6)});
  const size_t second = tar.size();
  tar.pax({{"path", "lost"}}).end();
  const ReadTar all = read_tar(tar.bytes());
  EXPECT_FALSE(all.fault);
  ASSERT_EQ(all.losses.count, 1u);
  EXPECT_EQ(all.losses.first[0].offset, second);
}

TEST(TarVariants, ZerosBehindTheEndArePaddingAndGarbageHasItsPlace) {
  TarBuilder tar;
  tar.member({.path = "a", .data = payload(6)}).end();
  for (const size_t zeros : {size_t{0}, size_t{1}, size_t{100}, size_t{512}, size_t{9'999}}) {
    Bytes bytes = tar.bytes();
    bytes.resize(bytes.size() + zeros);
    for (const size_t block : {size_t{100}, size_t{1} << 20})
      expect_sound(read_tar(bytes, block), 1);
    for (const size_t garbage : {size_t{1}, size_t{700}, size_t{2'000}}) {
      Bytes more = bytes;
      more.insert(more.end(), garbage, uint8_t{'g'});
      for (const size_t block : {size_t{100}, size_t{1} << 20}) {
        const ReadTar all = read_tar(more, block);
        EXPECT_FALSE(all.fault);
        ASSERT_EQ(all.losses.count, 1u);
        EXPECT_EQ(all.losses.first[0].offset, bytes.size()) << zeros << " " << garbage;
        EXPECT_NE(all.losses.first[0].reason.find("garbage"), std::string::npos);
      }
    }
  }
}

TEST(TarVariants, KindsThatNobodyKnowsAreFiles) {
  for (const char kind : {'7', 'Z', 'N', '!'}) {
    TarBuilder tar;
    tar.member({.path = "a", .data = payload(600), .type = kind})
        .member({.path = "b", .data = payload(6)})
        .end();
    const ReadTar all = read_tar(tar.bytes());
    expect_sound(all, 2);
    EXPECT_EQ(all.members[0].member.kind, MemberKind::kFile);
    EXPECT_EQ(all.members[0].data, payload(600));
  }
  TarBuilder tar;
  tar.member({.path = "label", .type = 'V', .dialect = TarDialect::kGnu})
      .member({.path = "d/", .data = payload(600), .type = 'D', .dialect = TarDialect::kGnu})
      .member({.path = "b", .data = payload(6)})
      .end();
  const ReadTar all = read_tar(tar.bytes());
  expect_sound(all, 2);
  EXPECT_EQ(all.members[0].member.kind, MemberKind::kFolder);
}

}  // namespace
}  // namespace gophercap::archive
