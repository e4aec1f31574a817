// How bytes are written: compressed, sparse, truncated.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "archive/extract/extractor_for_test.h"
#include "io/open.h"
#include "testing/compress.h"
#include "testing/memory_feed.h"
#include "testing/pcap_builder.h"
#include "testing/read_all.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::archive {
namespace {

using testing::MemoryFeed;
using testing::payload;
using testing::TarBuilder;
using testing::TempDir;

Bytes unpacked(const std::string& path) {
  const Result<io::Input> input = io::open_input(path);
  if (!input) {
    ADD_FAILURE() << input.error().what;
    return {};
  }
  return testing::read_all(*input->source).bytes;
}

TEST(Extractor, PacksWhatIsNotPackedYet) {
  const Bytes plain = payload(200'000);
  for (const io::Compression compression : {io::Compression::kGzip, io::Compression::kZstd}) {
    const TempDir dir;
    TarBuilder tar;
    tar.member({.path = "plain.pcap", .data = plain}).member({.path = "short", .data = payload(3)});
    tar.member({.path = "empty"});
    for (const io::Compression codec :
         {io::Compression::kGzip, io::Compression::kZstd, io::Compression::kLz4,
          io::Compression::kXz, io::Compression::kBzip2}) {
      tar.member(
          {.path = fmt::format("{}", word_of(codec)), .data = testing::compress(codec, plain)});
    }
    tar.member({.path = "hard.pcap", .type = '1', .link = "plain.pcap"})
        .member({.path = "soft.pcap", .type = '2', .link = "./plain.pcap"})
        .member({.path = "soft", .type = '2', .link = "xz"})
        .end();
    const Outcome outcome =
        extract(tar.bytes(), dir.path("out"),
                {.compression = compression, .level = io::kFastLevel, .workers = 2});
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.counts.files, 8u);
    EXPECT_EQ(outcome.counts.packed_before, 5u);
    EXPECT_EQ(outcome.counts.plain_bytes > outcome.counts.written_bytes, true);
    const std::string suffix(io::suffix_of(compression));
    EXPECT_EQ(unpacked(dir.path("out/plain.pcap" + suffix)), plain);
    EXPECT_EQ(unpacked(dir.path("out/short" + suffix)), payload(3));
    EXPECT_EQ(unpacked(dir.path("out/empty" + suffix)), Bytes{});
    EXPECT_EQ(unpacked(dir.path("out/hard.pcap" + suffix)), plain);
    EXPECT_EQ(fs::read_symlink(dir.path("out/soft.pcap" + suffix)), "./plain.pcap" + suffix);
    EXPECT_EQ(fs::read_symlink(dir.path("out/soft")), "xz");
    EXPECT_EQ(testing::read_file(dir.path("out/xz")),
              testing::compress(io::Compression::kXz, plain));
  }
}

// The magic number of a codec may come in pieces.
TEST(Extractor, KnowsCompressedMembersByAnyPieces) {
  const Bytes packed = testing::compress(io::Compression::kXz, payload(5000));
  TarBuilder tar;
  tar.member({.path = "x", .data = packed}).end();
  for (const size_t block : {1U, 2U, 5U, 511U, 513U}) {
    const TempDir dir;
    MemoryFeed feed(tar.bytes(), block);
    const auto reader = TarReader::open(feed);
    ASSERT_TRUE(reader);
    const auto extractor = Extractor::make(dir.path("out"), {.compression = io::Compression::kGzip},
                                           Extractor::Callbacks{}, {});
    ASSERT_TRUE(extractor);
    Member member;
    ASSERT_TRUE((*reader)->next(member));
    ASSERT_TRUE((*extractor)->take(**reader, member));
    EXPECT_EQ(testing::read_file(dir.path("out/x")), packed) << block;
  }
}

TarBuilder sparse_tar(const std::string& map, uint64_t size, const Bytes& body) {
  TarBuilder tar;
  tar.pax({{"GNU.sparse.major", "1"},
           {"GNU.sparse.minor", "0"},
           {"GNU.sparse.name", "holes"},
           {"GNU.sparse.realsize", fmt::format("{}", size)}});
  Bytes data(map.begin(), map.end());
  data.resize((data.size() + 511) / 512 * 512);
  data.insert(data.end(), body.begin(), body.end());
  tar.member({.path = "holes", .data = data});
  return tar;
}

TEST(Extractor, HolesTakeNoSpace) {
  constexpr uint64_t kSize = uint64_t{20} << 30;
  const TempDir dir;
  TarBuilder tar = sparse_tar("2\n10000000000\n1024\n21474836480\n0\n", kSize, payload(1024));
  const Outcome outcome = extract(tar.end().bytes(), dir.path("out"));
  EXPECT_FALSE(outcome.error) << outcome.error->what;
  const struct stat facts = facts_of(dir.path("out/holes"));
  EXPECT_EQ(static_cast<uint64_t>(facts.st_size), kSize);
  EXPECT_LT(facts.st_blocks, 1000);
  EXPECT_EQ(outcome.counts.written_bytes, 1024u);
  const Outcome packed = extract(tar.bytes(), dir.path("gz"),
                                 {.compression = io::Compression::kGzip,
                                  .level = io::kFastLevel,
                                  .limits = {.most_ratio = 0}});
  EXPECT_FALSE(packed.error);
  EXPECT_LT(facts_of(dir.path("gz/holes.gz")).st_size, 60'000'000);
}

TEST(Extractor, MapsThatContradictThemselvesAreRefused) {
  for (const std::string map : {"1\n999000\n1024\n", "2\n5000\n512\n0\n512\n"}) {
    for (const io::Compression compression : {io::Compression::kNone, io::Compression::kGzip}) {
      const TempDir dir;
      TarBuilder tar = sparse_tar(map, 999'100, payload(1024));
      tar.member({.path = "after", .data = payload(9)}).end();
      const Outcome outcome = extract(tar.bytes(), dir.path("out"), {.compression = compression});
      EXPECT_FALSE(outcome.error);
      EXPECT_EQ(outcome.refused.at("holes"), Refusal::kContradiction);
      EXPECT_EQ(tree(dir.path("out")), (Names{fmt::format("after{}", io::suffix_of(compression))}));
    }
  }
}

TEST(Extractor, NamesThatNoFileSystemTakes) {
  const TempDir dir;
  TarBuilder tar;
  const std::string endless(300, 'x');
  tar.gnu_long('L', endless).member({.path = "a", .dialect = testing::TarDialect::kGnu});
  tar.gnu_long('L', endless + "/y").member({.path = "b", .dialect = testing::TarDialect::kGnu});
  tar.member({.path = "good"}).end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.counts.refused[static_cast<size_t>(Refusal::kBadName)], 2u);
  EXPECT_EQ(tree(dir.path("out")), (Names{"good"}));
}

TEST(Extractor, NothingIsLeftOfAMemberThatIsCut) {
  for (const io::Compression compression :
       {io::Compression::kNone, io::Compression::kGzip, io::Compression::kZstd}) {
    const TempDir dir;
    TarBuilder tar;
    tar.member({.path = "whole", .data = payload(70'000)});
    tar.member({.path = "cut", .data = payload(1'500'000)});
    Bytes bytes = tar.bytes();
    bytes.resize(bytes.size() - 100'000);
    const Outcome outcome =
        extract(bytes, dir.path("out"), {.compression = compression, .workers = 2});
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, Errc::kTruncated);
    EXPECT_EQ(tree(dir.path("out")), (Names{fmt::format("whole{}", io::suffix_of(compression))}));
  }
}

}  // namespace
}  // namespace gophercap::archive
