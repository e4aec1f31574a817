#include "archive/tar/tar_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "archive/tar/read_tar_for_test.h"
#include "testing/memory_feed.h"
#include "testing/pcap_builder.h"
#include "testing/tar_builder.h"

namespace gophercap::archive {
namespace {

using testing::Bytes;
using testing::MemoryFeed;
using testing::payload;
using testing::TarBuilder;
using testing::TarDialect;

ReadTar read_tar(const Bytes& bytes, size_t block = size_t{1} << 20) {
  testing::MemoryFeed feed(bytes, block);
  return archive::read_tar(feed);
}

// libarchive compares each entry of a list with all previous ones.
TEST(TarReader, ListsOfAccessHaveALimit) {
  const auto list = [](size_t bytes) {
    std::string text;
    for (int user = 1; text.size() < bytes; ++user) text += fmt::format("u:{}:r,", user);
    return text;
  };
  for (const size_t block : {size_t{100}, size_t{512}, size_t{4096}, size_t{1} << 20}) {
    TarBuilder tar;
    tar.member({.path = "before", .data = payload(700)});
    tar.pax({{"comment", std::string(40'000, 'c')}, {"SCHILY.acl.access", list(12'000)}})
        .member({.path = "some", .data = payload(10)});
    ReadTar all = read_tar(tar.bytes(), block);
    EXPECT_EQ(all.members.size(), 2u);
    // A header inside the data of a file does not count.
    const Bytes looks_like = TarBuilder().pax({{"SCHILY.acl.access", list(20'000)}}).bytes();
    tar.member({.path = "inside", .data = looks_like});
    tar.gnu_long('L', "many").pax({{"mtime", "5"}, {"SCHILY.acl.default", list(900'000)}});
    tar.member({.path = "many", .data = payload(10)}).end();
    all = read_tar(tar.bytes(), block);
    EXPECT_EQ(all.members.size(), 3u);
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->code, Errc::kUnsupported);
    EXPECT_NE(all.fault->what.find("access control list"), std::string::npos);
  }
}

TEST(TarReader, ReadsWhatStandsInAHeader) {
  for (const TarDialect dialect : {TarDialect::kUstar, TarDialect::kGnu, TarDialect::kV7}) {
    TarBuilder tar;
    tar.member({.path = "a/b.pcap", .data = payload(1000), .mode = 0640, .dialect = dialect})
        .member({.path = "empty", .dialect = dialect})
        .member({.path = "dir/", .type = '5', .mode = 0750, .dialect = dialect})
        .member({.path = "old/", .type = '\0', .dialect = dialect})
        .member({.path = "hard", .type = '1', .link = "a/b.pcap", .dialect = dialect})
        .member({.path = "soft", .type = '2', .link = "b.pcap", .dialect = dialect})
        .member({.path = "null", .type = '3', .dialect = dialect})
        .member({.path = "pipe", .type = '6', .dialect = dialect})
        .member({.path = "last", .data = payload(512, 7), .dialect = dialect})
        .end();
    const ReadTar all = read_tar(tar.bytes(), 100);
    ASSERT_FALSE(all.fault) << all.fault->what;
    ASSERT_EQ(all.members.size(), 9u);
    constexpr MemberKind kKinds[] = {
        MemberKind::kFile,   MemberKind::kFile,     MemberKind::kFolder,
        MemberKind::kFolder, MemberKind::kHardLink, MemberKind::kSymlink,
        MemberKind::kDevice, MemberKind::kFifo,     MemberKind::kFile};
    for (size_t i = 0; i < all.members.size(); ++i)
      EXPECT_EQ(all.members[i].member.kind, kKinds[i]) << i;
    EXPECT_EQ(all.members[0].member.path, "a/b.pcap");
    EXPECT_EQ(all.members[0].data, payload(1000));
    EXPECT_EQ(all.members[0].member.mode, 0640u);
    EXPECT_EQ(all.members[0].member.mtime_seconds, 1'600'000'000);
    EXPECT_EQ(all.members[4].member.link, "a/b.pcap");
    EXPECT_EQ(all.members[5].member.link, "b.pcap");
    EXPECT_EQ(all.members[8].data, payload(512, 7));
  }
}

TEST(TarReader, LongNamesLargeNumbersAndFractionsOfSeconds) {
  const std::string deep = std::string(180, 'd') + "/" + std::string(200, 'f') + ".pcap";
  TarBuilder tar;
  tar.gnu_long('L', deep).member({.path = "cut", .data = payload(3), .dialect = TarDialect::kGnu});
  tar.pax({{"path", deep}, {"mtime", "1500000000.123456789"}, {"size", "5"}})
      .member({.path = "cut", .data = payload(5), .size = 0});
  tar.member({.path = "huge", .data = payload(7), .base_256 = true});
  tar.gnu_long('K', deep).member(
      {.path = "s", .type = '2', .link = "cut", .dialect = TarDialect::kGnu});
  const ReadTar all = read_tar(tar.end().bytes());
  ASSERT_FALSE(all.fault) << all.fault->what;
  ASSERT_EQ(all.members.size(), 4u);
  EXPECT_EQ(all.members[0].member.path, deep);
  EXPECT_EQ(all.members[1].member.path, deep);
  EXPECT_EQ(all.members[1].member.mtime_seconds, 1'500'000'000);
  EXPECT_EQ(all.members[1].member.mtime_nanos, 123'456'789u);
  EXPECT_EQ(all.members[1].data, payload(5));
  EXPECT_EQ(all.members[2].data, payload(7));
  EXPECT_EQ(all.members[3].member.link, deep);
}

// A decomposed e with acute accent, and bytes that are not UTF-8: both must stay unchanged.
TEST(TarReader, NamesKeepTheirBytes) {
  for (const std::string name : {"e\xcc\x81.pcap", "\xff\xfe.pcap", "日本語.pcap"}) {
    TarBuilder tar;
    tar.member({.path = name, .data = payload(1)});
    tar.pax({{"path", name}}).member({.path = "x", .data = payload(2)});
    tar.pax({{"linkpath", name}}).member({.path = "y", .type = '2', .link = "cut"});
    const ReadTar all = read_tar(tar.end().bytes());
    ASSERT_FALSE(all.fault) << all.fault->what;
    ASSERT_EQ(all.members.size(), 3u);
    EXPECT_EQ(all.members[0].member.path, name);
    EXPECT_EQ(all.members[1].member.path, name);
    EXPECT_EQ(all.members[2].member.link, name);
  }
}

TEST(TarReader, SparseFilesGiveTheirPlaces) {
  TarBuilder tar;
  Bytes body = payload(512, 3);
  tar.pax({{"GNU.sparse.major", "1"},
           {"GNU.sparse.minor", "0"},
           {"GNU.sparse.name", "holes"},
           {"GNU.sparse.realsize", "1000000"}});
  const std::string map = "1\n700000\n512\n";
  Bytes data(map.begin(), map.end());
  data.resize(512);
  data.insert(data.end(), body.begin(), body.end());
  tar.member({.path = "GNUSparseFile.1/holes", .data = data}).end();
  const ReadTar all = read_tar(tar.bytes());
  ASSERT_FALSE(all.fault) << all.fault->what;
  ASSERT_EQ(all.members.size(), 1u);
  EXPECT_EQ(all.members[0].member.path, "holes");
  Bytes expected(1'000'000);
  std::copy(body.begin(), body.end(), expected.begin() + 700'000);
  EXPECT_EQ(all.members[0].data, expected);
}

TEST(TarReader, ArchivesBehindOneAnotherAreOne) {
  TarBuilder tar;
  tar.member({.path = "a", .data = payload(10)}).end().end();
  tar.member({.path = "b", .data = payload(20)}).end();
  const ReadTar all = read_tar(tar.bytes());
  ASSERT_FALSE(all.fault) << all.fault->what;
  ASSERT_EQ(all.members.size(), 2u);
  EXPECT_EQ(all.members[1].data, payload(20));
}

// tar_job_test.cc does the same with files.
TEST(TarReader, CutAtEachOfAThousandPlaces) {
  TarBuilder tar;
  for (size_t i = 0; i < 12; ++i)
    tar.member({.path = fmt::format("m{}", i), .data = payload(i * 700, static_cast<uint8_t>(i))});
  tar.pax({{"path", "long"}}).member({.path = "x", .data = payload(100)});
  const size_t end_of_members = tar.size();
  tar.end();
  const ReadTar whole = read_tar(tar.bytes());
  ASSERT_FALSE(whole.fault);
  for (size_t i = 0; i < 1000; ++i) {
    const size_t cut = tar.size() * i / 1000;
    const Bytes part(tar.bytes().begin(), tar.bytes().begin() + static_cast<ptrdiff_t>(cut));
    const ReadTar all = read_tar(part, 4096);
    // The second block of the end mark may be missing, completely or in part.
    EXPECT_EQ(all.fault.has_value(), cut < end_of_members + 512) << cut;
    EXPECT_EQ(all.losses.count, 0u) << cut;
    size_t offset = 0;
    for (size_t m = 0; m < all.members.size(); ++m) {
      const ReadMember& expected = whole.members[m];
      if (all.members[m].whole) {
        EXPECT_EQ(all.members[m].data, expected.data) << cut;
      }
      offset += 512 * (m == 12 ? 3 : 1);
      EXPECT_EQ(all.members[m].whole, offset + expected.data.size() <= cut)
          << cut << " member " << m;
      offset += (expected.data.size() + 511) / 512 * 512;
    }
    // All members before the cut are found.
    const bool one_more = all.members.size() < whole.members.size();
    if (one_more) {
      EXPECT_GT(offset + 512 * (all.members.size() == 12 ? 3 : 1), cut) << cut;
    }
  }
}

TEST(TarReader, EveryHeaderByteFlipped) {
  TarBuilder tar;
  tar.member({.path = "first", .data = payload(600)});
  const size_t second = tar.size();
  tar.member({.path = "second", .data = payload(700)}).end();
  constexpr size_t kBehindTheSum = 155;  // and its end: says nothing
  for (size_t i = 0; i < 512; ++i) {
    if (i == kBehindTheSum) continue;
    Bytes bytes = tar.bytes();
    bytes[second + i] ^= 0x55;
    const ReadTar all = read_tar(bytes);
    ASSERT_GE(all.members.size(), 1u) << i;
    EXPECT_EQ(all.members[0].data, payload(600)) << i;
    EXPECT_EQ(all.losses.count, 1u) << "byte " << i << " is covered by the checksum";
    EXPECT_FALSE(all.fault) << "the mark of the end is there";
  }
}

TEST(TarReader, FaultsSayWhatTheyAre) {
  TarBuilder tar;
  tar.member({.path = "a", .data = payload(100)});
  EXPECT_EQ(read_tar(tar.bytes()).fault->code, Errc::kTruncated) << "no mark of the end";
  EXPECT_EQ(read_tar(tar.bytes()).members.size(), 1u);
  EXPECT_EQ(read_tar(payload(5000)).fault->code, Errc::kUnsupported);
  EXPECT_EQ(read_tar(payload(5000)).fault->what, "is not a tar archive");
  EXPECT_EQ(read_tar(payload(5000)).fault->cause, Cause::kNotATarball);
  EXPECT_EQ(read_tar(Bytes{}).fault->code, Errc::kUnsupported);
  EXPECT_EQ(read_tar(Bytes(100)).fault->code, Errc::kUnsupported);
  EXPECT_FALSE(read_tar(Bytes(10240)).fault) << "an archive without members";
  tar.raw(payload(512));
  EXPECT_EQ(read_tar(tar.bytes()).fault->code, Errc::kCorrupt);

  TarBuilder good;
  good.member({.path = "a", .data = payload(100)});
  good.member({.path = "b", .data = payload(100'000)}).end();
  MemoryFeed feed(std::span(good.bytes()).first(50'000), 4096,
                  Error{Errc::kCorrupt, 0, "gzip data is damaged"});
  const ReadTar failing = archive::read_tar(feed);
  EXPECT_EQ(failing.fault->what, "gzip data is damaged");
  ASSERT_EQ(failing.members.size(), 2u);
  EXPECT_TRUE(failing.members[0].whole);
  EXPECT_FALSE(failing.members[1].whole);
}

// Each block of an old sparse map holds 21 runs, and any number of blocks may follow.
TEST(TarReader, ADescriptionWithoutEndIsNotReadIntoMemory) {
  TarBuilder tar;
  tar.member({.path = "first", .data = payload(5)});
  const size_t begin = tar.size();
  tar.member({.path = "map", .type = 'S', .dialect = TarDialect::kGnu});
  Bytes bytes = tar.bytes();
  const auto octal = [](std::string_view text, uint8_t* out) {
    std::copy(text.begin(), text.end(), out);
  };
  const auto fix_checksum = [&](size_t header) {
    uint32_t sum = 0;
    std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(header) + 148, 8, uint8_t{' '});
    for (size_t i = 0; i < 512; ++i) sum += bytes[header + i];
    octal(fmt::format("{:06o}", sum), &bytes[header + 148]);
    bytes[header + 154] = 0;
  };
  for (size_t i = 0; i < 4; ++i) {
    octal(fmt::format("{:011o}", i), &bytes[begin + 386 + 24 * i]);
    octal("00000000000", &bytes[begin + 398 + 24 * i]);
  }
  bytes[begin + 482] = 1;
  fix_checksum(begin);
  Bytes record(512);
  for (size_t i = 0; i < 21; ++i) {
    octal("00000000000", &record[24 * i]);
    octal("00000000000", &record[24 * i + 12]);
  }
  record[504] = 1;
  for (size_t i = 0; i < (size_t{20} << 20) / 512; ++i)
    bytes.insert(bytes.end(), record.begin(), record.end());
  const ReadTar all = read_tar(bytes);
  ASSERT_TRUE(all.fault);
  EXPECT_EQ(all.fault->code, Errc::kUnsupported) << all.fault->what;
  EXPECT_EQ(all.members.size(), 1u);
}

}  // namespace
}  // namespace gophercap::archive
