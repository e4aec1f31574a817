#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "archive/extract/extractor_for_test.h"
#include "testing/pcap_builder.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::archive {
namespace {

using testing::payload;
using testing::TarBuilder;
using testing::TempDir;

TEST(Extractor, KeepsBytesModesAndTimes) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "d/", .type = '5', .mode = 0750, .mtime = 1'500'000'000});
  tar.pax({{"mtime", "1500000000.000000123"}})
      .member({.path = "d/a.pcap", .data = payload(100'000), .mode = 0640});
  tar.member({.path = "d/empty", .mode = 0444}).member({.path = "e/f/g", .data = payload(3)}).end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out/below"));
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.counts.files, 3u);
  EXPECT_EQ(outcome.counts.folders, 1u);
  EXPECT_EQ(outcome.counts.plain_bytes, 100'003u);
  EXPECT_EQ(outcome.counts.written_bytes, 100'003u);
  EXPECT_EQ(tree(dir.path("out/below")),
            (Names{"d/", "d/a.pcap", "d/empty", "e/", "e/f/", "e/f/g"}));
  EXPECT_EQ(testing::read_file(dir.path("out/below/d/a.pcap")), payload(100'000));
  const struct stat file = facts_of(dir.path("out/below/d/a.pcap"));
  EXPECT_EQ(file.st_mode & 07777, 0640u);
  EXPECT_EQ(file.st_mtim.tv_sec, 1'500'000'000);
  EXPECT_EQ(file.st_mtim.tv_nsec, 123);
  EXPECT_EQ(facts_of(dir.path("out/below/d/empty")).st_mode & 07777, 0444u);
  const struct stat folder = facts_of(dir.path("out/below/d"));
  EXPECT_EQ(folder.st_mode & 07777, 0750u);
  EXPECT_EQ(folder.st_mtim.tv_sec, 1'500'000'000) << "set after the files were made";
}

TEST(Extractor, FoldersThatLetNobodyInAreClosedLast) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "d/", .type = '5', .mode = 0555})
      .member({.path = "d/x", .data = payload(1)})
      .member({.path = "other", .data = payload(2)})
      .member({.path = "d/y", .data = payload(3)})
      .end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.counts.files, 3u);
  EXPECT_EQ(facts_of(dir.path("out/d")).st_mode & 0777, 0555u);
  EXPECT_EQ(::chmod(dir.path("out/d").c_str(), 0755), 0);
}

TEST(Extractor, WhatWouldLeadOutsideIsRefused) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "../up", .data = payload(2)})
      .member({.path = "a/../../up", .data = payload(2)})
      .member({.path = "s1", .type = '2', .link = "/etc/passwd"})
      .member({.path = "s2", .type = '2', .link = "../up"})
      .member({.path = "a/s3", .type = '2', .link = "../../up"})
      .member({.path = "h1", .type = '1', .link = "/etc/passwd"})
      .member({.path = "h2", .type = '1', .link = "../up"})
      .member({.path = "h3", .type = '1', .link = "not/extracted"})
      .member({.path = "null", .type = '3'})
      .member({.path = "disk", .type = '4'})
      .member({.path = "pipe", .type = '6'})
      .member({.path = "."})
      .member({.path = "good", .data = payload(5)})
      .end();
  dir.write("up", "untouched");
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_FALSE(outcome.error) << outcome.error->what;
  EXPECT_EQ(tree(dir.path("out")), (Names{"good"}));
  EXPECT_EQ(dir.names(), (Names{"out", "up"}));
  EXPECT_EQ(testing::read_file(dir.path("up")).size(), 9u);
  EXPECT_EQ(outcome.refused, (std::map<std::string, Refusal>{{"../up", Refusal::kLeadsUp},
                                                             {"a/../../up", Refusal::kLeadsUp},
                                                             {"s1", Refusal::kAbsolutePath},
                                                             {"s2", Refusal::kLinkOutside},
                                                             {"a/s3", Refusal::kLinkOutside},
                                                             {"h1", Refusal::kLinkTarget},
                                                             {"h2", Refusal::kLinkOutside},
                                                             {"h3", Refusal::kLinkTarget},
                                                             {"null", Refusal::kDevice},
                                                             {"disk", Refusal::kDevice},
                                                             {"pipe", Refusal::kFifo},
                                                             {".", Refusal::kBadName}}));
  EXPECT_EQ(outcome.counts.refused_total(), 12u);
  EXPECT_EQ(outcome.counts.refused[static_cast<size_t>(Refusal::kDevice)], 2u);
}

// Like tar: the leading slash of an absolute path is removed.
TEST(Extractor, AbsolutePathsLoseTheirSlash) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "/a/x", .data = payload(1)})
      .member({.path = "//a/b/", .type = '5'})
      .member({.path = "h", .type = '1', .link = "/a/x"})
      .member({.path = "plain", .data = payload(2)})
      .end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(tree(dir.path("out")), (Names{"a/", "a/b/", "a/x", "h", "plain"}));
  EXPECT_EQ(outcome.counts.absolute, 2u);
  EXPECT_EQ(outcome.counts.refused_total(), 0u);
}

// A link that was extracted or existed before is never followed for later members.
TEST(Extractor, LinksAreNotWrittenThrough) {
  const TempDir dir;
  dir.write("outside/secret", "untouched");
  dir.make_folder("out");
  dir.link(dir.path("outside"), "out/before");
  TarBuilder tar;
  tar.member({.path = "before/secret", .data = payload(1)})
      .member({.path = "dir/", .type = '5'})
      .member({.path = "link", .type = '2', .link = "dir"})
      .member({.path = "link/x", .data = payload(2)})
      .member({.path = "link", .data = payload(3)})
      .end();
  for (const bool force : {false, true}) {
    const Outcome outcome = extract(tar.bytes(), dir.path("out"), {.force = force});
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.refused.at("before/secret"), Refusal::kInTheWay);
    EXPECT_EQ(testing::read_file(dir.path("outside/secret")).size(), 9u);
    EXPECT_TRUE(fs::is_empty(dir.path("out/dir")));
    EXPECT_EQ(fs::read_symlink(dir.path("out/link")), "dir");
  }
  // The link keeps its name, so the folder gets a number.
  EXPECT_EQ(testing::read_file(dir.path("out/link.2/x")), payload(2));
}

// A link of depth 2 that points one up must not become one of depth 0.
TEST(Extractor, AHardLinkToALinkIsRefused) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "a/b/up", .type = '2', .link = "../../x"})
      .member({.path = "h", .type = '1', .link = "a/b/up"})
      .end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_EQ(outcome.refused.at("h"), Refusal::kLinkTarget);
  EXPECT_EQ(outcome.counts.links, 1u);
}

TEST(Extractor, SetIdBitsAreTakenOff) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "su", .data = payload(1), .mode = 04755})
      .member({.path = "sg", .data = payload(1), .mode = 02755})
      .member({.path = "sticky", .data = payload(1), .mode = 01755})
      .end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_EQ(outcome.counts.set_id, 2u);
  EXPECT_EQ(facts_of(dir.path("out/su")).st_mode & 07777, 0755u);
  EXPECT_EQ(facts_of(dir.path("out/sg")).st_mode & 07777, 0755u);
  EXPECT_EQ(facts_of(dir.path("out/sticky")).st_mode & 07777, 0755u);
}

TEST(Extractor, EachMemberHasANameOfItsOwn) {
  const TempDir dir;
  TarBuilder tar;
  for (size_t i = 1; i <= 40; ++i) tar.member({.path = "x.pcap", .data = payload(i)});
  tar.member({.path = "x.3.pcap", .data = payload(100)})  // taken by a number
      .member({.path = "a/b", .data = payload(1)})
      .member({.path = "a", .data = payload(2)})  // a folder has the name
      .member({.path = "f", .data = payload(3)})
      .member({.path = "f/g", .data = payload(4)})  // a file has the name of its folder
      .member({.path = "f/h", .data = payload(5)})
      .member({.path = "./f", .data = payload(6)})
      .end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_FALSE(outcome.error);
  EXPECT_TRUE(outcome.refused.empty());
  EXPECT_EQ(outcome.counts.files, 47u);
  for (size_t i = 2; i <= 40; ++i) {
    EXPECT_EQ(testing::read_file(dir.path(fmt::format("out/x.{}.pcap", i))), payload(i));
    EXPECT_EQ(outcome.numbered.at(fmt::format("x.{}.pcap", i)), "x.pcap");
  }
  EXPECT_EQ(testing::read_file(dir.path("out/x.pcap")), payload(1));
  EXPECT_EQ(testing::read_file(dir.path("out/x.3.2.pcap")), payload(100));
  EXPECT_EQ(testing::read_file(dir.path("out/a.2")), payload(2));
  EXPECT_EQ(testing::read_file(dir.path("out/f.2/g")), payload(4));
  EXPECT_EQ(testing::read_file(dir.path("out/f.2/h")), payload(5));
  EXPECT_EQ(testing::read_file(dir.path("out/f.3")), payload(6));
}

// The work for a member grows with its levels, and the times of folders are set again at the end.
TEST(Extractor, PathsHaveALimitOfLevelsAndLength) {
  const TempDir dir;
  TarBuilder tar;
  std::string path;
  for (size_t level = 1; level <= 10'000; ++level) {
    path += "d/";
    tar.gnu_long('L', path).member(
        {.path = "x", .type = '5', .dialect = testing::TarDialect::kGnu});
    if (level == kMostLevels) level = 9'990, path += std::string(2 * 9'734, '/');
  }
  const std::string name(kLongestPath, 'n');
  tar.gnu_long('L', name + 'n').member({.path = "x", .dialect = testing::TarDialect::kGnu});
  tar.pax({{"linkpath", name + 'n'}}).member({.path = "l", .type = '2', .link = "cut"});
  tar.pax({{"linkpath", name + 'n'}}).member({.path = "h", .type = '1', .link = "cut"});
  tar.end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.counts.folders, kMostLevels);
  EXPECT_EQ(outcome.counts.refused_total(), 10u + 3u);
  EXPECT_EQ(outcome.refused.at(name + 'n'), Refusal::kPathTooLong);
  EXPECT_EQ(outcome.refused.at("l"), Refusal::kPathTooLong);
  EXPECT_EQ(outcome.refused.at("h"), Refusal::kPathTooLong);
}

TEST(Extractor, FoldersAreMadeOnceAndDeeperOnesFromWhereItIs) {
  const TempDir dir;
  TarBuilder tar;
  std::string path;
  for (size_t level = 1; level < kMostLevels; ++level) {
    path += "d/";
    tar.gnu_long('L', path).member(
        {.path = "x", .type = '5', .dialect = testing::TarDialect::kGnu});
  }
  tar.gnu_long('L', path + "x")
      .member({.path = "x", .data = payload(7), .dialect = testing::TarDialect::kGnu})
      .member({.path = "f", .data = payload(3)})
      .member({.path = "f/g", .data = payload(4)})  // a folder with a number
      .member({.path = "f/g2/h", .data = payload(5)})
      .end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"));
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.counts.refused_total(), 0u);
  EXPECT_EQ(testing::read_file(dir.path("out/" + path + "x")), payload(7));
  EXPECT_EQ(testing::read_file(dir.path("out/f.2/g2/h")), payload(5));
  EXPECT_EQ(facts_of(dir.path("out/" + path)).st_mtim.tv_sec, 1'600'000'000);
}

TEST(Extractor, AStopEndsItBetweenMembers) {
  const TempDir dir;
  std::stop_source stop;
  stop.request_stop();
  TarBuilder tar;
  tar.member({.path = "d/", .type = '5'}).end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"), {}, stop.get_token());
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, Errc::kCancelled);
  EXPECT_EQ(tree(dir.path("out")), Names{});
}

TEST(Extractor, FlattenJoinsPaths) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "a/", .type = '5'})
      .member({.path = "a/b/x.pcap", .data = payload(1)})
      .member({.path = "a-b/x.pcap", .data = payload(2)})
      .member({.path = "a/l", .type = '2', .link = "b/x.pcap"})
      .member({.path = "a/h", .type = '1', .link = "a/b/x.pcap"})
      .member({.path = "sub", .type = '2', .link = "."})
      .member({.path = "a/top", .type = '2', .link = "../"})
      .end();
  const Outcome outcome = extract(tar.bytes(), dir.path("out"), {.flatten = true});
  EXPECT_EQ(outcome.refused, (std::map<std::string, Refusal>{{"sub", Refusal::kLinkFolder},
                                                             {"a/top", Refusal::kLinkFolder}}));
  EXPECT_EQ(tree(dir.path("out")),
            (Names{"a-b-x.2.pcap", "a-b-x.pcap", "a-h", "a-l -> a-b-x.pcap"}));
  EXPECT_EQ(testing::read_file(dir.path("out/a-h")), payload(1));
}

TEST(Extractor, FilesOfBeforeStayUnlessForced) {
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "x", .data = payload(5)}).member({.path = "y", .data = payload(6)}).end();
  dir.write("out/x", "mine");
  const Outcome kept = extract(tar.bytes(), dir.path("out"));
  EXPECT_EQ(kept.refused.at("x"), Refusal::kExists);
  EXPECT_EQ(testing::read_file(dir.path("out/x")).size(), 4u);
  EXPECT_EQ(kept.counts.files, 1u);
  const Outcome forced = extract(tar.bytes(), dir.path("out"), {.force = true});
  EXPECT_EQ(forced.counts.files, 2u);
  EXPECT_EQ(testing::read_file(dir.path("out/x")), payload(5));
  EXPECT_EQ(dir.names(), (Names{"out"}));
  EXPECT_EQ(tree(dir.path("out")), (Names{"x", "y"}));
}

TEST(Extractor, ResumeLeavesOutWhatIsComplete) {
  for (const io::Compression compression :
       {io::Compression::kNone, io::Compression::kGzip, io::Compression::kZstd}) {
    const TempDir dir;
    TarBuilder tar;
    tar.member({.path = "x", .data = payload(5000)})
        .member({.path = "x", .data = payload(6000)})
        .member({.path = "l", .type = '2', .link = "x"})
        .member({.path = "h", .type = '1', .link = "x"})
        .member({.path = "y", .data = payload(7000)})
        .end();
    const ExtractOptions options{
        .compression = compression, .level = io::kFastLevel, .resume = true};
    const Outcome first = extract(tar.bytes(), dir.path("out"), options);
    EXPECT_EQ(first.counts.files, 3u);
    EXPECT_EQ(first.counts.links, 2u);
    const std::vector<std::string> names = tree(dir.path("out"));
    fs::remove(dir.path(fmt::format("out/y{}", io::suffix_of(compression))));
    const Outcome second = extract(tar.bytes(), dir.path("out"), options);
    EXPECT_EQ(second.counts.files, 1u);
    EXPECT_EQ(second.counts.resumed, 4u);
    EXPECT_TRUE(second.refused.empty());
    EXPECT_EQ(tree(dir.path("out")), names);
  }
  // A different size or time means another file.
  const TempDir dir;
  TarBuilder tar;
  tar.member({.path = "x", .data = payload(5000)}).end();
  TarBuilder longer;
  longer.member({.path = "x", .data = payload(5001)}).end();
  TarBuilder later;
  later.member({.path = "x", .data = payload(5000), .mtime = 5}).end();
  extract(tar.bytes(), dir.path("out"));
  const ExtractOptions resume{.resume = true};
  EXPECT_EQ(extract(longer.bytes(), dir.path("out"), resume).refused.at("x"), Refusal::kExists);
  EXPECT_EQ(extract(later.bytes(), dir.path("out"), resume).refused.at("x"), Refusal::kExists);
}

}  // namespace
}  // namespace gophercap::archive
