#include "jobs/tar/tar_job.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <span>
#include <vector>

#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

namespace fs = std::filesystem;
using testing::Bytes;
using testing::QuietReporter;
using testing::TarBuilder;
using testing::TempDir;

// Member i of a set: incompressible bytes, so that a cut falls inside a member; all together are
// larger than a block of any codec.
const Bytes& noise(size_t i) {
  static std::map<size_t, Bytes> made;
  Bytes& bytes = made[i];
  if (bytes.empty() && i > 0) {
    std::mt19937 random(static_cast<uint32_t>(i));
    bytes.resize(i * 20'011);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  }
  return bytes;
}

TarBuilder set_of(size_t members) {
  TarBuilder tar;
  for (size_t i = 0; i < members; ++i) {
    tar.member({.path = fmt::format("d{}/m{}.pcap", i % 3, i), .data = noise(i)});
  }
  return tar;
}

Result<TarResult> run(const TarOptions& options, std::stop_token stop = {}) {
  QuietReporter reporter;
  return run_tar_extract(options, reporter, std::move(stop));
}

// Counts files, which must be complete, under their final names.
size_t count_whole(const fs::path& top) {
  size_t count = 0;
  if (!fs::exists(top)) return 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(name.starts_with("m")) << name;
    const size_t i = std::stoul(name.substr(1));
    EXPECT_EQ(testing::read_file(entry.path().string()), noise(i));
    ++count;
  }
  return count;
}

TEST(TarJob, TakesWhatMatchesFromEveryCodec) {
  const Bytes plain = set_of(12).end().bytes();
  for (const io::Compression codec :
       {io::Compression::kNone, io::Compression::kGzip, io::Compression::kZstd,
        io::Compression::kLz4, io::Compression::kXz, io::Compression::kBzip2}) {
    const TempDir dir;
    const std::string path =
        dir.write("t", codec == io::Compression::kNone ? plain : testing::compress(codec, plain));
    const Result<TarResult> result =
        run({.tarball = path, .out_dir = dir.path("out"), .regexp = "d1/.*pcap$"});
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(result->compression, codec);
    EXPECT_EQ(result->members, 12u);
    EXPECT_EQ(result->matching, 4u);
    EXPECT_EQ(result->counts.files, 4u);
    EXPECT_FALSE(result->damage);
    EXPECT_EQ(count_whole(dir.path("out")), 4u);
    EXPECT_FALSE(fs::exists(dir.path("out/d0")));
    EXPECT_EQ(result->stored_bytes, fs::file_size(path));
  }
}

TEST(TarJob, ADryRunTouchesNothing) {
  const TempDir dir;
  const std::string path = dir.write("t", set_of(5).end().bytes());
  std::vector<std::string> seen;
  const Result<TarResult> result =
      run({.tarball = path, .on_member = [&](const archive::Member& member) {
             seen.push_back(member.path);
             return Result<>();
           }});
  ASSERT_TRUE(result);
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(result->matching_bytes, 20'011u * (1 + 2 + 3 + 4));
  EXPECT_EQ(dir.names(), (std::vector<std::string>{"t"}));
}

TEST(TarJob, ACutTarballLeavesItsWholeMembers) {
  const Bytes plain = set_of(10).end().bytes();
  for (const io::Compression codec : {io::Compression::kNone, io::Compression::kGzip,
                                      io::Compression::kZstd, io::Compression::kXz}) {
    const Bytes bytes = codec == io::Compression::kNone ? plain : testing::compress(codec, plain);
    size_t before = 0;
    for (size_t i = 1; i < 1000; i += codec == io::Compression::kNone ? 7 : 70) {
      const TempDir dir;
      const size_t cut = bytes.size() * i / 1000;
      const std::string path = dir.write("t", std::span(bytes).first(cut));
      const Result<TarResult> result = run({.tarball = path, .out_dir = dir.path("out")});
      const size_t whole = count_whole(dir.path("out"));
      EXPECT_GE(whole, before) << cut;
      before = whole;
      if (!result) {
        EXPECT_EQ(whole, 0u) << result.error().what;
        continue;
      }
      ASSERT_TRUE(result->damage) << cut;
      EXPECT_EQ(result->damage->code, Errc::kTruncated) << result->damage->reason;
      EXPECT_EQ(result->damage->file_bytes, cut);
      EXPECT_LE(result->damage->archive_bytes, plain.size());
      if (codec == io::Compression::kNone) {
        EXPECT_EQ(result->damage->archive_bytes, cut);
      }
      EXPECT_EQ(result->counts.files, whole);
      EXPECT_LE(result->members, whole + 1);
      EXPECT_EQ(result->damage->member.empty(), result->members == whole);
    }
    EXPECT_GE(before, 8u);
  }
}

TEST(TarJob, WhatIsNoTarballIsSaidByName) {
  const TempDir dir;
  const std::string path = dir.write("notes.txt", std::string_view("no tarball"));
  const Result<TarResult> result = run({.tarball = path, .out_dir = dir.path("out")});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, path + ": is not a tar archive but text");
  EXPECT_FALSE(fs::exists(dir.path("out")));
  EXPECT_EQ(run({.tarball = dir.path("none"), .out_dir = "o"}).error().sys, ENOENT);
  EXPECT_EQ(run({.tarball = path, .out_dir = "o", .regexp = "("}).error().code,
            Errc::kInvalidArgument);
}

TEST(TarJob, NothingThatMatchesMakesNoFolder) {
  const TempDir dir;
  const std::string path = dir.write("t", set_of(5).end().bytes());
  const Result<TarResult> result =
      run({.tarball = path, .out_dir = dir.path("out"), .regexp = "nowhere"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->matching, 0u);
  EXPECT_FALSE(fs::exists(dir.path("out")));
}

TEST(TarJob, AStopLeavesWholeFilesOnly) {
  const TempDir dir;
  const std::string path = dir.write("t", set_of(30).end().bytes());
  std::stop_source stop;
  size_t seen = 0;
  const Result<TarResult> result = run({.tarball = path,
                                        .out_dir = dir.path("out"),
                                        .on_member =
                                            [&](const archive::Member&) {
                                              if (++seen == 20) stop.request_stop();
                                              return Result<>();
                                            }},
                                       stop.get_token());
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->interrupted);
  EXPECT_FALSE(result->damage);
  const size_t whole = count_whole(dir.path("out"));
  EXPECT_LT(whole, 22u);
  EXPECT_EQ(whole, result->counts.files);
}

TEST(TarJob, HostileTarballsAreNotWordy) {
  const TempDir dir;
  TarBuilder tar;
  for (int i = 0; i < 500; ++i)
    tar.member({.path = fmt::format("../{}", i)}).member({.path = "same"});
  const std::string path = dir.write("t", tar.end().bytes());
  QuietReporter reporter;
  const Result<TarResult> result =
      run_tar_extract({.tarball = path, .out_dir = dir.path("out")}, reporter, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->counts.refused_total(), 500u);
  EXPECT_EQ(result->counts.numbered, 499u);
  EXPECT_LE(reporter.warnings.size(), 20u);
  EXPECT_LE(reporter.notes.size(), 22u);
}

}  // namespace
}  // namespace gophercap::jobs
