#include "archive/archive_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "testing/pcap_builder.h"
#include "testing/read_all.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::archive {
namespace {

using testing::Bytes;
using testing::TempDir;

constexpr TarballIdentity kIdentity{123, -5, 0xfedcba9876543210};

std::unique_ptr<IndexWriter> begin(const std::string& path,
                                   io::Compression compression = io::Compression::kGzip) {
  auto writer = IndexWriter::create(path, "dir/set.tar.gz", kIdentity, compression);
  EXPECT_TRUE(writer) << writer.error().what;
  return writer ? *std::move(writer) : nullptr;
}

TEST(ArchiveIndex, GivesBackWhatWasWritten) {
  const TempDir dir;
  const std::string path = dir.path("a b%?#.index");
  const IndexedMember plain{"x\xff.pcap", 1024, 77, -1, {}};
  const IndexedMember sparse{"a/sparse.pcap", 5000, 1'000'000, 12, {{0, 512}, {4096, 100}}};
  const io::Checkpoint inside{.plain_offset = 3000,
                              .stored_offset = 1500,
                              .inside_member = true,
                              .used_bits = 7,
                              .member_crc = 0xffffffff,
                              .member_size = 3,
                              .window = Bytes(32768, 9)};
  {
    auto writer = begin(path);
    ASSERT_NE(writer, nullptr);
    ASSERT_TRUE(writer->add(plain));
    ASSERT_TRUE(writer->add(sparse));
    ASSERT_TRUE(writer->add(inside));
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(writer->finish(10'000, Coverage::kWhole));
  }
  auto index = ArchiveIndex::open(path);
  ASSERT_TRUE(index) << index.error().what;
  EXPECT_EQ((*index)->identity(), kIdentity);
  EXPECT_EQ((*index)->tarball_path(), "dir/set.tar.gz");
  EXPECT_EQ((*index)->compression(), io::Compression::kGzip);
  EXPECT_EQ((*index)->plain_bytes(), 10'000u);
  EXPECT_EQ((*index)->coverage(), Coverage::kWhole);
  EXPECT_EQ(*(*index)->find("x\xff.pcap"), plain);
  EXPECT_EQ(*(*index)->find("a/sparse.pcap"), sparse);
  EXPECT_EQ((*index)->find("nowhere").error().code, Errc::kNotFound);
  std::vector<std::string> names;
  ASSERT_TRUE((*index)->each_member([&](const IndexedMember& member) {
    names.push_back(member.path);
    return true;
  }));
  EXPECT_EQ(names, (std::vector<std::string>{"a/sparse.pcap", "x\xff.pcap"}));
  EXPECT_EQ((*index)->checkpoint_for(2999)->plain_offset, 0u);
  EXPECT_EQ(*(*index)->checkpoint_for(3000), inside);
  EXPECT_EQ(*(*index)->checkpoint_for(~uint64_t{0}), inside);
  EXPECT_EQ(**(*index)->checkpoint_behind(2999), inside);
  EXPECT_EQ(*(*index)->checkpoint_behind(3000), std::nullopt);
  EXPECT_EQ(*(*index)->checkpoint_behind(~uint64_t{0}), std::nullopt);
}

// Of a run that is killed at any time, no journal stays.
TEST(ArchiveIndex, IsWrittenWithoutAJournal) {
  const TempDir dir;
  auto writer = begin(dir.path("x.index"));
  ASSERT_NE(writer, nullptr);
  // More than SQLite keeps in memory.
  for (uint64_t i = 0; i < 400; ++i) {
    ASSERT_TRUE(writer->add(IndexedMember{fmt::format("{:0>200000}", i), i, 0, 0, {}}));
    if (i % 40 == 0) EXPECT_EQ(dir.names().size(), 1u);
  }
  EXPECT_EQ(dir.names().size(), 1u);
}

TEST(ArchiveIndex, NothingStaysOfOneThatWasNotFinished) {
  const TempDir dir;
  {
    auto writer = begin(dir.path("x.index"));
    ASSERT_NE(writer, nullptr);
    ASSERT_TRUE(writer->add(IndexedMember{"a", 0, 0, 0, {}}));
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path("")));
  EXPECT_EQ(IndexWriter::create(dir.path("missing/x.index"), "t", kIdentity, io::Compression::kNone)
                .error()
                .code,
            Errc::kNotFound);
}

TEST(ArchiveIndex, OtherFilesAreRefused) {
  const TempDir dir;
  const std::string path = dir.path("x.index");
  EXPECT_FALSE(ArchiveIndex::open(path));
  std::ofstream(path) << "no database, but long enough to have been one, perhaps; who knows";
  EXPECT_EQ(ArchiveIndex::open(path).error().code, Errc::kCorrupt);
  std::filesystem::remove(path);
  {
    auto database = Database::create(path);
    ASSERT_TRUE(database);
    ASSERT_TRUE((*database)->run("CREATE TABLE archive (x)"));
  }
  EXPECT_EQ(ArchiveIndex::open(path).error().code, Errc::kUnsupported);
}

TEST(ArchiveIndex, MutationsNeitherCrashNorHang) {
  const TempDir dir;
  const std::string path = dir.path("x.index");
  {
    auto writer = begin(path);
    ASSERT_NE(writer, nullptr);
    for (uint64_t i = 0; i < 200; ++i) {
      ASSERT_TRUE(
          writer->add(IndexedMember{"member-" + std::to_string(i), i * 512, 100, 0, {{0, 10}}}));
      ASSERT_TRUE(writer->add(io::Checkpoint{.plain_offset = i * 1000,
                                             .stored_offset = i * 400,
                                             .inside_member = true,
                                             .window = testing::payload(3000)}));
    }
    ASSERT_TRUE(writer->finish(200'000, Coverage::kWhole));
  }
  std::ifstream file(path, std::ios::binary);
  const Bytes original((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    Bytes mutated = original;
    for (int i = 0; i < 30; ++i)
      mutated[random() % mutated.size()] = static_cast<uint8_t>(random());
    if (round % 5 == 0) mutated.resize(random() % mutated.size());
    const std::string other = dir.path("mutated.index");
    std::ofstream(other, std::ios::binary)
        .write(reinterpret_cast<const char*>(mutated.data()),
               static_cast<std::streamsize>(mutated.size()));
    const auto index = ArchiveIndex::open(other);
    if (!index) continue;
    const Result<> visited = (*index)->each_member([](const IndexedMember&) { return true; });
    const Result<IndexedMember> member = (*index)->find("member-77");
    const Result<io::Checkpoint> checkpoint = (*index)->checkpoint_for(random() % 300'000);
    if (checkpoint) {
      EXPECT_LE(checkpoint->window.size(), io::Checkpoint::kMostWindow);
    }
    if (member) {
      EXPECT_LE(member->extents.size(), kMostExtents);
    }
    if (!visited) {
      EXPECT_NE(visited.error().code, Errc::kInternal);
    }
  }
}

TEST(IndexPath, IsBesideTheDumpUnderTheNameOfTheTarball) {
  EXPECT_EQ(index_path("/data/", "/x/big.tar.gz", 1), "/data/big.tar.gz.index");
  EXPECT_EQ(index_path("", "big.tar", 1), "big.tar.index");
  EXPECT_EQ(index_path("d", "x/big.tar", 2), "d/big.tar.2.index");
}

TEST(OpenMember, ReadsOutOfAPlainArchiveAndKnowsAChangedOne) {
  const TempDir dir;
  const std::string tarball = dir.path("set.tar");
  const Bytes data = testing::payload(5000);
  testing::TarBuilder tar;
  tar.member({.path = "first", .data = testing::payload(700, 3)});
  tar.member({.path = "x.pcap", .data = data}).end();
  std::ofstream(tarball, std::ios::binary)
      .write(reinterpret_cast<const char*>(tar.bytes().data()),
             static_cast<std::streamsize>(tar.size()));
  {
    auto writer = IndexWriter::create(tarball + ".index", tarball, *identify(tarball),
                                      io::Compression::kNone);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->add(IndexedMember{"x.pcap", 512 + 1024 + 512, 5000, 1, {}}));
    ASSERT_TRUE((*writer)->add(
        IndexedMember{"holes", 512 + 1024 + 512, 6000, 2, {{100, 200}, {5900, 50}}}));
    ASSERT_TRUE((*writer)->add(IndexedMember{"beyond", 1 << 20, 10, 0, {}}));
    ASSERT_TRUE((*writer)->finish(tar.size(), Coverage::kWhole));
  }
  auto index = ArchiveIndex::open(tarball + ".index");
  ASSERT_TRUE(index);
  Result<io::Input> input = open_member(tarball, **index, "x.pcap");
  ASSERT_TRUE(input) << input.error().what;
  EXPECT_EQ(input->facts.size_bytes, 5000u);
  EXPECT_EQ(input->facts.mtime_ns, 1);
  EXPECT_EQ(testing::read_all(*input->source).bytes, data);

  input = open_member(tarball, **index, "holes");
  ASSERT_TRUE(input);
  Bytes expected(6000);
  std::copy_n(data.begin(), 200, expected.begin() + 100);
  std::copy_n(data.begin() + 200, 50, expected.begin() + 5900);
  EXPECT_EQ(testing::read_all(*input->source, 333).bytes, expected);

  // However much would have to be decoded before there is a byte.
  std::stop_source stop;
  input = open_member(tarball, **index, "x.pcap", {.stop = stop.get_token()});
  ASSERT_TRUE(input);
  uint8_t byte = 0;
  ASSERT_EQ(input->source->read({&byte, 1}).value_or(0), 1u);
  Result<io::Input> holes = open_member(tarball, **index, "holes", {.stop = stop.get_token()});
  ASSERT_TRUE(holes);
  stop.request_stop();
  EXPECT_EQ(testing::read_all(*holes->source, 7).fault.value().code, Errc::kCancelled);
  input = open_member(tarball, **index, "x.pcap", {.stop = stop.get_token()});
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().code, Errc::kCancelled);

  // Where the archive is not what its index says.
  input = open_member(tarball, **index, "beyond");
  EXPECT_TRUE(!input || testing::read_all(*input->source).fault);
  EXPECT_EQ(open_member(tarball, **index, "none").error().code, Errc::kNotFound);
  std::ofstream(tarball, std::ios::app) << "more";
  EXPECT_EQ(open_member(tarball, **index, "x.pcap").error().code, Errc::kIo);
}

}  // namespace
}  // namespace gophercap::archive
