// The results of a pass over a tarball, and that its index leads to the captures.
#include "dataset/scan/tarball_scan.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dataset/capture_store.h"
#include "io/parallel/decode_pool.h"
#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/read_all.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::dataset {
namespace {

using testing::Bytes;
using testing::PcapBuilder;
using testing::TarBuilder;
using testing::TempDir;

constexpr int64_t kSecond = 1'000'000'000;

Bytes capture_of(size_t packets, uint8_t seed) {
  PcapBuilder builder;
  for (size_t i = 0; i < packets; ++i) {
    builder.packet((100 + static_cast<int64_t>(i)) * kSecond,
                   testing::ethernet_frame(60 + i % 900, seed));
  }
  return builder.bytes();
}

NameChoice captures(const std::string& regexp = "") {
  return *NameChoice::make({}, regexp);
}

class TarballScanTest : public ::testing::Test {
 protected:
  Result<TarballScan> scan(const Bytes& stored, const NameChoice& choice = captures(),
                           std::stop_token stop = {}, io::DecodePool* pool = nullptr) {
    dir_.write("set.tar", stored);
    ScanProgress progress;
    return scan_tarball(path_, choice, index_, progress, std::move(stop), pool);
  }
  std::string member(const std::string& name) const { return path_ + "!/" + name; }
  static std::vector<std::string> paths(const TarballScan& scan) {
    std::vector<std::string> all;
    for (const FileSummary& file : scan.files) all.push_back(file.path);
    return all;
  }

  TempDir dir_;
  std::string path_ = dir_.path("set.tar");
  std::string index_ = dir_.path("set.tar.index");
};

TEST_F(TarballScanTest, SummariesAreThoseOfTheFilesAndTheIndexLeadsToTheirBytes) {
  const Bytes first = capture_of(3000, 1);
  const Bytes second = capture_of(10, 2);
  const Bytes packed = testing::compress(io::Compression::kGzip, second);
  const Bytes tar = TarBuilder()
                        .member({.path = "./d/first.pcap", .data = first})
                        .member({.path = "d/notes.txt", .data = testing::payload(2000)})
                        .member({.path = "d/packed.pcap.gz", .data = packed})
                        .end()
                        .bytes();
  for (const io::Compression codec : {io::Compression::kNone, io::Compression::kGzip,
                                      io::Compression::kZstd, io::Compression::kXz}) {
    const Bytes stored = codec == io::Compression::kNone ? tar : testing::compress(codec, tar);
    const auto scanned = scan(stored);
    ASSERT_TRUE(scanned) << scanned.error().what;
    EXPECT_EQ(paths(*scanned), (std::vector{member("d/first.pcap"), member("d/packed.pcap.gz")}));
    EXPECT_EQ(scanned->members, 3u);
    EXPECT_EQ(scanned->files[0].packets, 3000u);
    EXPECT_EQ(scanned->files[0].file_size_bytes, first.size());
    EXPECT_EQ(scanned->files[0].tarball, path_);
    EXPECT_EQ(scanned->files[0].member(), "d/first.pcap");
    EXPECT_EQ(scanned->files[0].mtime_ns, 1'600'000'000 * kSecond);
    EXPECT_EQ(scanned->files[1].packets, 10u);
    EXPECT_EQ(scanned->files[1].compression, io::Compression::kGzip);

    auto index = archive::ArchiveIndex::open(index_);
    ASSERT_TRUE(index) << index.error().what;
    EXPECT_EQ((*index)->compression(), codec);
    CaptureStore store;
    store.add(path_, *std::move(index));
    for (const auto& [name, bytes] :
         {std::pair("d/first.pcap", &first), std::pair("d/packed.pcap.gz", &second)}) {
      auto input = store.open(member(name));
      ASSERT_TRUE(input) << input.error().what;
      const auto all = testing::read_all(*input->source);
      EXPECT_FALSE(all.fault);
      EXPECT_TRUE(all.bytes == *bytes) << name;
    }
    EXPECT_EQ(store.open(member("nowhere")).error().code, Errc::kNotFound);
    // A capture outside any tarball is a file.
    const std::string file = dir_.write("plain.pcap", first);
    EXPECT_TRUE(store.open(file));
  }
}

// Both the tarball and the captures in it are truncated.
TEST_F(TarballScanTest, HelpersChangeNothing) {
  const Bytes capture = capture_of(5000, 1);
  Bytes torn = testing::bgzf(capture, 60'000);
  torn[torn.size() / 2] ^= 0x10;
  const Bytes tar = TarBuilder()
                        .member({.path = "a.pcap", .data = capture})
                        .member({.path = "b.pcap.gz", .data = testing::bgzf(capture, 60'000)})
                        .member({.path = "torn.pcap.gz", .data = torn})
                        .member({.path = "z.pcap", .data = capture})
                        .end()
                        .bytes();
  for (const Bytes& stored : {tar, testing::gzip_members(tar, 100'000)}) {
    const auto alone = scan(stored);
    ASSERT_TRUE(alone) << alone.error().what;
    for (const unsigned helpers : {1u, 3u}) {
      io::DecodePool pool(helpers);
      const auto helped = scan(stored, captures(), {}, &pool);
      ASSERT_TRUE(helped) << helped.error().what;
      ASSERT_EQ(paths(*helped), paths(*alone));
      for (size_t i = 0; i < alone->files.size(); ++i) {
        const FileSummary& a = alone->files[i];
        const FileSummary& b = helped->files[i];
        EXPECT_EQ(a.packets, b.packets) << a.path;
        EXPECT_EQ(a.captured_bytes, b.captured_bytes) << a.path;
        EXPECT_EQ(a.plain_bytes, b.plain_bytes) << a.path;
        EXPECT_EQ(a.last, b.last) << a.path;
        ASSERT_EQ(a.damage.has_value(), b.damage.has_value()) << a.path;
        if (a.damage) {
          EXPECT_EQ(a.damage->reason, b.damage->reason);
        }
      }
      EXPECT_EQ(helped->files[0].packets, 5000u);
      EXPECT_TRUE(helped->files[2].damage);
      auto index = archive::ArchiveIndex::open(index_);
      ASSERT_TRUE(index) << index.error().what;
      CaptureStore store;
      store.add(path_, *std::move(index));
      auto input = store.open(member("z.pcap"), {.pool = &pool});
      ASSERT_TRUE(input) << input.error().what;
      EXPECT_TRUE(testing::read_all(*input->source).bytes == capture);
    }
  }
}

TEST_F(TarballScanTest, LinksStandForWhatTheyLeadTo) {
  const Bytes capture = capture_of(4, 3);
  const auto scanned =
      scan(TarBuilder()
               .member({.path = "d/before.pcap", .type = '2', .link = "later.pcap"})
               .member({.path = "d/later.pcap", .type = '2', .link = "../a.pcap"})
               .member({.path = "a.pcap", .data = capture})
               .member({.path = "hard.pcap", .type = '1', .link = "a.pcap"})
               .member({.path = "circle.pcap", .type = '2', .link = "circle.pcap"})
               .member({.path = "out.pcap", .type = '2', .link = "/etc/passwd"})
               .end()
               .bytes());
  ASSERT_TRUE(scanned);
  EXPECT_EQ(paths(*scanned), (std::vector{member("a.pcap"), member("d/before.pcap"),
                                          member("d/later.pcap"), member("hard.pcap")}));
  for (const FileSummary& file : scanned->files) EXPECT_EQ(file.packets, 4u) << file.path;
}

TEST_F(TarballScanTest, LinksToWhatWasNotChosenAreLeftToTheIndex) {
  const auto scanned = scan(TarBuilder()
                                .member({.path = "a.pcap", .data = capture_of(4, 3)})
                                .member({.path = "hard.pcap", .type = '1', .link = "a.pcap"})
                                .end()
                                .bytes(),
                            captures("hard"));
  ASSERT_TRUE(scanned);
  EXPECT_TRUE(scanned->files.empty());
  EXPECT_EQ(scanned->unscanned, std::vector{member("hard.pcap")});
}

TEST_F(TarballScanTest, PathsAreThoseOfExtraction) {
  const auto scanned = scan(TarBuilder()
                                .member({.path = "a.pcap", .data = capture_of(1, 1)})
                                .member({.path = "./a.pcap", .data = capture_of(2, 2)})
                                .member({.path = "../out.pcap", .data = capture_of(3, 3)})
                                .member({.path = "/abs.pcap", .data = capture_of(4, 4)})
                                .end()
                                .bytes());
  ASSERT_TRUE(scanned);
  EXPECT_EQ(paths(*scanned),
            (std::vector{member("a.2.pcap"), member("a.pcap"), member("abs.pcap")}));
  EXPECT_EQ(scanned->files[0].packets, 2u);
  EXPECT_EQ(scanned->files[1].packets, 1u);
  EXPECT_EQ(scanned->absolute, 1u);
  EXPECT_EQ(scanned->left_out, 1u);
  EXPECT_EQ(scanned->refused[static_cast<size_t>(archive::Refusal::kLeadsUp)], 1u);
}

TEST_F(TarballScanTest, PathsHaveALimitOfLevelsAndLength) {
  std::string deep;
  for (size_t i = 0; i < archive::kMostLevels; ++i) deep += "d/";
  const auto scanned = scan(
      TarBuilder()
          .gnu_long('L', deep + "x.pcap")
          .member({.path = "x", .data = capture_of(1, 1), .dialect = testing::TarDialect::kGnu})
          .gnu_long('L', std::string(archive::kLongestPath, 'n') + ".pcap")
          .member({.path = "x", .data = capture_of(1, 1), .dialect = testing::TarDialect::kGnu})
          .pax({{"linkpath", std::string(archive::kLongestPath, 'n') + ".pcap"}})
          .member({.path = "l.pcap", .type = '2', .link = "cut"})
          .end()
          .bytes());
  ASSERT_TRUE(scanned);
  EXPECT_TRUE(scanned->files.empty());
  EXPECT_EQ(scanned->left_out, 3u);
  EXPECT_EQ(scanned->refused[static_cast<size_t>(archive::Refusal::kTooDeep)], 1u);
  EXPECT_EQ(scanned->refused[static_cast<size_t>(archive::Refusal::kPathTooLong)], 2u);
}

TEST_F(TarballScanTest, WhatStandsBeforeABreakIsUsed) {
  Bytes tar = TarBuilder()
                  .member({.path = "a.pcap", .data = capture_of(5, 1)})
                  .member({.path = "b.pcap", .data = capture_of(500, 2)})
                  .end()
                  .bytes();
  tar.resize(tar.size() / 2);
  const auto scanned = scan(tar);
  ASSERT_TRUE(scanned);
  ASSERT_TRUE(scanned->damage);
  EXPECT_EQ(paths(*scanned), (std::vector{member("a.pcap"), member("b.pcap")}));
  EXPECT_FALSE(scanned->files[0].damage);
  EXPECT_TRUE(scanned->files[1].damage);
  const auto index = archive::ArchiveIndex::open(index_);
  ASSERT_TRUE(index);
  EXPECT_EQ((*index)->coverage(), archive::Coverage::kUpToDamage);
}

TEST_F(TarballScanTest, AStopLeavesNoIndex) {
  std::stop_source stop;
  stop.request_stop();
  const auto scanned =
      scan(TarBuilder().member({.path = "a.pcap", .data = capture_of(5, 1)}).end().bytes(),
           captures(), stop.get_token());
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().code, Errc::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(index_));
}

TEST_F(TarballScanTest, WhatIsNoTarballIsSaid) {
  EXPECT_FALSE(scan(testing::payload(5000)));
  EXPECT_FALSE(std::filesystem::exists(index_));
  std::filesystem::remove(path_);
  ScanProgress progress;
  EXPECT_EQ(scan_tarball(path_, captures(), index_, progress, {}).error().code, Errc::kNotFound);
}

// If the tarball is written to meanwhile, the index would describe a state that never existed.
TEST_F(TarballScanTest, ATarballThatChangesHasNoIndex) {
  const Bytes tar = TarBuilder().member({.path = "a.pcap", .data = capture_of(5, 1)}).end().bytes();
  dir_.write("set.tar", tar);
  ScanProgress progress;
  std::jthread writer([&](const std::stop_token& stop) {
    for (int64_t i = 1; !stop.stop_requested(); ++i) {
      std::filesystem::last_write_time(
          path_, std::filesystem::file_time_type(std::chrono::nanoseconds(i * 1000)));
    }
  });
  // A scan may end between two changes.
  Result<TarballScan> scanned = TarballScan();
  for (int tries = 0; scanned && tries < 1000; ++tries) {
    std::filesystem::remove(index_);
    scanned = scan_tarball(path_, captures(), index_, progress, {});
  }
  writer.request_stop();
  ASSERT_FALSE(scanned);
  EXPECT_NE(scanned.error().what.find("has changed while it was read"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(index_));
}

}  // namespace
}  // namespace gophercap::dataset
