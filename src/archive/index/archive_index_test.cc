#include "archive/index/archive_index.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stop_token>
#include <vector>

#include "archive/index/index_writer.h"
#include "archive/index/indexed_member.h"
#include "archive/index/open_member.h"
#include "archive/index/tarball_identity.h"
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
  const IndexedMember sparse{
      "a/sparse.pcap",    5000, 1'000'000, 12, {{0, 512}, {4096, 100}}, 4000, NameOrigin::kNumbered,
      "a/spar\xffse.pcap"};
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

// A run that is killed at any time leaves no journal.
TEST(ArchiveIndex, IsWrittenWithoutAJournal) {
  const TempDir dir;
  auto writer = begin(dir.path("x.index"));
  ASSERT_NE(writer, nullptr);
  // More than SQLite keeps in memory.
  for (uint64_t i = 0; i < 400; ++i) {
    ASSERT_TRUE(writer->add(IndexedMember{fmt::format("{:0>200000}", i), i, 0, 0, {}}));
    if (i % 40 == 0) {
      EXPECT_EQ(dir.names().size(), 1u);
    }
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
    const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    auto database = Database::create(file.value(), path);
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

// The hash of each row does not reveal that another row is missing.
TEST(ArchiveIndex, ARowThatIsMissingIsNoticed) {
  for (const std::string table : {"members", "checkpoints"}) {
    const TempDir dir;
    const std::string path = dir.path("x.index");
    {
      auto writer = begin(path);
      ASSERT_NE(writer, nullptr);
      for (uint64_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(writer->add(IndexedMember{fmt::format("m{}", i), i * 512, 100, 0, {}}));
        ASSERT_TRUE(writer->add(io::Checkpoint{.plain_offset = 100 * (i + 1)}));
      }
      ASSERT_TRUE(writer->finish(2000, Coverage::kWhole));
    }
    ASSERT_TRUE(ArchiveIndex::open(path));
    {
      const Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
      auto database = Database::create(file.value(), path);
      ASSERT_TRUE(database);
      const std::string sql =
          "DELETE FROM " + table + " WHERE row_hash = (SELECT max(row_hash) FROM " + table + ")";
      ASSERT_TRUE((*database)->run(sql.c_str()));
    }
    EXPECT_EQ(ArchiveIndex::open(path).error().code, Errc::kCorrupt);
    EXPECT_TRUE(ArchiveIndex::is_at(path));
  }
}

TEST(IndexPath, IsBesideTheDumpUnderTheNameOfTheTarball) {
  EXPECT_EQ(index_path("/data/", "/x/big.tar.gz", 1), "/data/big.tar.gz.index");
  EXPECT_EQ(index_path("", "big.tar", 1), "big.tar.index");
  EXPECT_EQ(index_path("d", "x/big.tar", 2), "d/big.tar.2.index");
}

class OpenMember : public ::testing::Test {
 protected:
  // Two members, the second with 5,000 bytes and its header at 1536, and an index of them.
  void write(const std::vector<IndexedMember>& members) {
    testing::TarBuilder tar;
    tar.member({.path = "first", .data = testing::payload(700, 3)});
    tar.member({.path = "x.pcap", .data = data_}).end();
    dir_.write("set.tar", tar.bytes());
    auto writer = IndexWriter::create(tarball_ + ".index", tarball_, *identify(tarball_),
                                      io::Compression::kNone);
    ASSERT_TRUE(writer);
    for (const IndexedMember& member : members) ASSERT_TRUE((*writer)->add(member));
    ASSERT_TRUE((*writer)->finish(tar.size(), Coverage::kWhole));
    auto index = ArchiveIndex::open(tarball_ + ".index");
    ASSERT_TRUE(index) << index.error().what;
    index_ = *std::move(index);
  }

  // The reason why it cannot be opened.
  Error refusal(const IndexedMember& member) {
    write({member});
    const Result<io::Input> input = open_member(tarball_, *index_, member.path);
    EXPECT_FALSE(input) << member.path;
    return input ? Error{} : input.error();
  }

  const TempDir dir_;
  const std::string tarball_ = dir_.path("set.tar");
  const Bytes data_ = testing::payload(5000);
  const IndexedMember member_{"x.pcap", 2048, 5000, 1'600'000'000'000'000'000, {}, 1536};
  std::unique_ptr<ArchiveIndex> index_;
};

TEST_F(OpenMember, ReadsOutOfAPlainArchiveAndKnowsAChangedOne) {
  IndexedMember link = member_;
  link.path = "d/link.pcap";
  link.origin = NameOrigin::kLink;
  link.stored_path = "x.pcap";
  write({member_, link});
  for (const char* name : {"x.pcap", "d/link.pcap"}) {
    Result<io::Input> input = open_member(tarball_, *index_, name);
    ASSERT_TRUE(input) << input.error().what;
    EXPECT_EQ(input->facts.size_bytes, 5000u);
    EXPECT_EQ(input->facts.mtime_ns, member_.mtime_ns);
    EXPECT_EQ(testing::read_all(*input->source).bytes, data_);
  }
  EXPECT_TRUE(check_members(tarball_, *index_, {"x.pcap", "d/link.pcap", "none"}, {}));

  // Even if much has to be decoded before the first byte.
  std::stop_source stop;
  stop.request_stop();
  const Result<io::Input> stopped =
      open_member(tarball_, *index_, "x.pcap", {.stop = stop.get_token()});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::kCancelled);

  EXPECT_EQ(open_member(tarball_, *index_, "none").error().code, Errc::kNotFound);
  std::ofstream(tarball_, std::ios::app) << "more";
  EXPECT_EQ(open_member(tarball_, *index_, "x.pcap").error().code, Errc::kIo);
}

// The index entry of a member is compared with the tarball. If they differ, the tarball is not
// called damaged.
TEST_F(OpenMember, AMemberThatIsNotAsTheIndexSays) {
  const auto changed = [&](const auto& change) {
    IndexedMember member = member_;
    change(member);
    const Error error = refusal(member);
    EXPECT_EQ(error.code, Errc::kIo);
    EXPECT_EQ(error.cause, Cause::kIndexMismatch) << error.what;
    EXPECT_TRUE(error.what.starts_with(tarball_ + ".index: ")) << error.what;
    EXPECT_FALSE(check_members(tarball_, *index_, {member.path}, {}));
  };
  changed([](IndexedMember& m) { m.path = "y.pcap"; });
  changed([](IndexedMember& m) { m.archive_offset += 512; });
  changed([](IndexedMember& m) { m.size_bytes -= 1; });
  changed([](IndexedMember& m) { m.size_bytes = uint64_t{1} << 40; });
  changed([](IndexedMember& m) { m.mtime_ns += 1; });
  changed([](IndexedMember& m) { m.header_offset = 0; });
  changed([](IndexedMember& m) { m.header_offset = 1535; });
  changed([](IndexedMember& m) { m.header_offset = m.archive_offset; });
  changed([](IndexedMember& m) {
    m.path = "x.22x.pcap";
    m.stored_path = "x.pcap";
    m.origin = NameOrigin::kNumbered;
  });
  IndexedMember numbered = member_;
  numbered.path = "x.22.pcap";
  numbered.stored_path = "x.pcap";
  numbered.origin = NameOrigin::kNumbered;
  write({numbered});
  EXPECT_TRUE(open_member(tarball_, *index_, "x.22.pcap"));
}

}  // namespace
}  // namespace gophercap::archive
