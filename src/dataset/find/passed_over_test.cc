#include "dataset/find/passed_over.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <stop_token>
#include <string>

#include "dataset/find/discover.h"
#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::dataset {
namespace {

using testing::payload;
using testing::PcapBuilder;
using testing::PcapngBuilder;
using testing::SnoopBuilder;
using testing::TempDir;

PassedOver passed_over(const Selection& selection, const std::stop_token& stop = {}) {
  Result<Discovery> found = discover(selection, stop);
  EXPECT_TRUE(found);
  return found ? found->passed_over : PassedOver{};
}

TEST(PassedOver, CapturesAreKnownByTheirBytes) {
  const TempDir dir;
  const testing::Bytes pcap = PcapBuilder().packet(1, payload(60)).bytes();
  dir.write("a.pcap", pcap);
  dir.write("b.pcap1", pcap);
  dir.write("c", PcapngBuilder().section().interface().bytes());
  dir.write("d.log", SnoopBuilder().record({.data = payload(40)}).bytes());
  dir.write("notes.txt", "nothing of the kind, but long enough to be looked at");
  dir.write("short", "\xd4\xc3\xb2\xa1");
  dir.write("empty", "");
  const PassedOver passed = passed_over({.paths = {dir.path()}});
  EXPECT_EQ(passed.files, 6u);
  EXPECT_EQ(passed.looked_at, 6u);
  EXPECT_EQ(passed.captures, 3u);
  EXPECT_EQ(passed.first, dir.path("b.pcap1"));
}

TEST(PassedOver, BehindCompressionToo) {
  const TempDir dir;
  const testing::Bytes pcap = PcapBuilder().packet(1, payload(60)).bytes();
  for (const io::Compression codec :
       {io::Compression::kGzip, io::Compression::kZstd, io::Compression::kLz4, io::Compression::kXz,
        io::Compression::kBzip2}) {
    dir.write("x." + std::string(word_of(codec)) + ".1", testing::compress(codec, pcap));
  }
  EXPECT_EQ(passed_over({.paths = {dir.path()}}).captures, 5u);
}

TEST(PassedOver, WhatTheUserAskedForIsNotTold) {
  const TempDir dir;
  dir.write("b.pcap1", PcapBuilder().packet(1, payload(60)).bytes());
  EXPECT_EQ(passed_over({.paths = {dir.path()}, .suffixes = {"pcap"}}).files, 0u);
  EXPECT_EQ(passed_over({.paths = {dir.path()}, .regexp = "other"}).files, 0u);
  EXPECT_EQ(passed_over({.paths = {dir.path("b.pcap1")}}).files, 0u);
}

TEST(PassedOver, OnlyRegularFilesAreOpened) {
  const TempDir dir;
  const std::string capture = dir.write("a.pcap", PcapBuilder().packet(1, payload(60)).bytes());
  ASSERT_EQ(::mkfifo(dir.path("fifo").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("/dev/zero", dir.path("device").c_str()), 0);
  ASSERT_EQ(::symlink(capture.c_str(), dir.path("link").c_str()), 0);
  EXPECT_EQ(passed_over({.paths = {dir.path()}}).files, 0u);
  // A file that has been replaced by a FIFO.
  PassedOverFiles files;
  files.add(dir.path("fifo"));
  files.add(dir.path("gone"));
  EXPECT_EQ(files.look({}).captures, 0u);
}

TEST(PassedOver, TheNumberOfLooksIsBounded) {
  const TempDir dir;
  PassedOverFiles files;
  const std::string path = dir.write("b.pcap1", PcapBuilder().packet(1, payload(60)).bytes());
  for (size_t i = 0; i < PassedOverFiles::kMostLooks + 10; ++i) files.add(path);
  const PassedOver passed = files.look({});
  EXPECT_EQ(passed.files, PassedOverFiles::kMostLooks + 10);
  EXPECT_EQ(passed.looked_at, PassedOverFiles::kMostLooks);
}

TEST(PassedOver, AStopEndsIt) {
  const TempDir dir;
  dir.write("b.pcap1", PcapBuilder().packet(1, payload(60)).bytes());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(passed_over({.paths = {dir.path()}}, stop.get_token()).looked_at, 0u);
}

}  // namespace
}  // namespace gophercap::dataset
