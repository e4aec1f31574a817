#include "dataset/find/discover.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "testing/temp_dir.h"

namespace gophercap::dataset {
namespace {

using testing::TempDir;
using Names = std::vector<std::string>;

Discovery found(const Selection& selection) {
  Result<Discovery> result = discover(selection);
  EXPECT_TRUE(result) << (result ? "" : result.error().what);
  return result ? *std::move(result) : Discovery{};
}

// Paths relative to the folder.
Names names_in(const TempDir& dir, const Selection& selection) {
  const std::string folder = dir.path("");
  Names names;
  for (const std::string& path : found(selection).paths) {
    EXPECT_TRUE(path.starts_with(folder)) << path;
    names.push_back(path.substr(folder.size()));
  }
  return names;
}

TEST(DiscoverTest, DefaultEndings) {
  const TempDir dir;
  const Names wanted = {"a.cap",           "a.pcap",      "a.pcap.bz2", "a.pcap.gz",
                        "a.pcap.lz4",      "a.pcap.xz",   "a.pcap.zst", "a.pcapng",
                        "b/c/d.pcapng.gz", "b/e.cap.zst", "f.PCAP",     "f.Cap.GZ"};
  for (const std::string& name : wanted) dir.write(name, "");
  for (const char* name : {"apcap", "a.pcap.txt", "a.gz", "a.pcap.gz.gz", "pcap", "a.cap1",
                           "a.pcap.", "a.pcap_gz", "b/notes"}) {
    dir.write(name, "");
  }
  Names sorted = wanted;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(names_in(dir, {.paths = {dir.path()}}), sorted);
}

TEST(DiscoverTest, GivenEndingsAreExact) {
  const TempDir dir;
  for (const char* name : {"a.pcap", "a.pcap.gz", "a.PCAP", "apcap", "a.log.gz", "a.1", "gz"}) {
    dir.write(name, "");
  }
  const Names paths = {dir.path()};
  EXPECT_EQ(names_in(dir, {.paths = paths, .suffixes = {"pcap"}}), Names({"a.pcap"}));
  EXPECT_EQ(names_in(dir, {.paths = paths, .suffixes = {".pcap"}}), Names({"a.pcap"}));
  EXPECT_EQ(names_in(dir, {.paths = paths, .suffixes = {"gz"}}), Names({"a.log.gz", "a.pcap.gz"}));
  EXPECT_EQ(names_in(dir, {.paths = paths, .suffixes = {"pcap.gz", "1"}}),
            Names({"a.1", "a.pcap.gz"}));
  EXPECT_EQ(names_in(dir, {.paths = paths, .suffixes = {""}}).size(), 7u);
}

TEST(DiscoverTest, OrderIsThatOfBytes) {
  const TempDir dir;
  for (const char* name : {"b.pcap", "a/z.pcap", "a.pcap", "a-b.pcap", "B.pcap", "\xc3\xa4.pcap"}) {
    dir.write(name, "");
  }
  EXPECT_EQ(names_in(dir, {.paths = {dir.path()}}),
            Names({"B.pcap", "a-b.pcap", "a.pcap", "a/z.pcap", "b.pcap", "\xc3\xa4.pcap"}));
}

TEST(DiscoverTest, RegexpMatchesAnywhereInThePath) {
  const TempDir dir;
  const std::string odd = dir.write("node1/x.dat", "");
  for (const char* name : {"node1/a.pcap", "node2/a.pcap", "node2/b.pcap"}) dir.write(name, "");
  const Names paths = {dir.path()};
  EXPECT_EQ(names_in(dir, {.paths = paths, .regexp = "node[2-9]/a"}), Names({"node2/a.pcap"}));
  EXPECT_EQ(names_in(dir, {.paths = paths, .regexp = "^node2"}), Names());
  EXPECT_EQ(names_in(dir, {.paths = paths, .regexp = "b\\.pcap$"}), Names({"node2/b.pcap"}));
  EXPECT_EQ(names_in(dir, {.paths = {odd}, .regexp = "node2"}), Names());
  EXPECT_EQ(names_in(dir, {.paths = {odd}, .regexp = "node1"}), Names({"node1/x.dat"}));
}

TEST(DiscoverTest, BrokenRegexp) {
  const Result<Discovery> result = discover({.paths = {}, .regexp = "a(b"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kInvalidArgument);
  EXPECT_NE(result.error().what.find("a(b"), std::string::npos);
}

TEST(DiscoverTest, NamedFilesAreTakenWhateverTheirEnding) {
  const TempDir dir;
  const std::string odd = dir.write("odd.dat", "");
  EXPECT_EQ(names_in(dir, {.paths = {odd, odd, dir.path()}}), Names({"odd.dat"}));
  EXPECT_EQ(names_in(dir, {.paths = {odd}, .suffixes = {"pcap"}}), Names({"odd.dat"}));
}

TEST(DiscoverTest, StandardInputPassesThrough) {
  const TempDir dir;
  const std::string a = dir.write("a.pcap", "");
  const Discovery all = found({.paths = {a, "-", "-"}, .regexp = "a.pcap"});
  EXPECT_EQ(all.paths, Names({"-", a}));
}

TEST(DiscoverTest, MissingPath) {
  const TempDir dir;
  dir.write("a.pcap", "");
  dir.link("nowhere", "broken.pcap");
  for (const std::string& path :
       {dir.path("none"), dir.path("a.pcap/x"), dir.path("broken.pcap"), std::string()}) {
    const Result<Discovery> result = discover({.paths = {dir.path(), path}});
    ASSERT_FALSE(result) << path;
    EXPECT_EQ(result.error().code, Errc::kNotFound);
    EXPECT_TRUE(result.error().what.starts_with(path));
  }
}

TEST(DiscoverTest, LinksAreFollowed) {
  const TempDir dir;
  const TempDir elsewhere;
  const std::string target = elsewhere.write("t.pcap", "");
  elsewhere.write("sub/u.pcap", "");
  dir.link(target, "file.pcap");
  dir.link(target, "file.txt");
  dir.link(elsewhere.path().string(), "folder");
  EXPECT_EQ(names_in(dir, {.paths = {dir.path()}}),
            Names({"file.pcap", "folder/sub/u.pcap", "folder/t.pcap"}));
}

TEST(DiscoverTest, LoopsEnd) {
  const TempDir dir;
  dir.write("a/b/x.pcap", "");
  dir.link("../..", "a/b/up");
  dir.link(".", "self");
  const Discovery all = found({.paths = {dir.path()}});
  EXPECT_EQ(all.paths, Names({dir.path("a/b/x.pcap")}));
  EXPECT_TRUE(all.problems.empty());
}

// The order of entries on disk does not matter: a file is found under the name of the real folder,
// and if only links lead to it, under the smallest name.
TEST(DiscoverTest, RealFoldersComeBeforeLinks) {
  const TempDir dir;
  const TempDir elsewhere;
  dir.write("m/x.pcap", "");
  elsewhere.write("y.pcap", "");
  for (const char* name : {"a", "z"}) dir.link("m", name);
  for (const char* name : {"q", "c", "p"}) dir.link(elsewhere.path().string(), name);
  EXPECT_EQ(names_in(dir, {.paths = {dir.path()}}), Names({"c/y.pcap", "m/x.pcap"}));
}

TEST(DiscoverTest, LinksThatLeadNowhereAreReported) {
  const TempDir dir;
  dir.write("ok.pcap", "");
  dir.link("nowhere", "gone.pcap");
  dir.link("ring2.pcap", "ring1.pcap");
  dir.link("ring1.pcap", "ring2.pcap");
  const Discovery all = found({.paths = {dir.path()}});
  EXPECT_EQ(all.paths, Names({dir.path("ok.pcap")}));
  ASSERT_EQ(all.problems.size(), 3u);
  EXPECT_EQ(all.problems[0].error.code, Errc::kNotFound);
  EXPECT_TRUE(all.problems[0].error.what.starts_with(dir.path("gone.pcap")))
      << all.problems[0].error.what;
  EXPECT_EQ(all.problems[1].error.sys, ELOOP);
  EXPECT_EQ(all.problems[2].error.sys, ELOOP);
}

// Root can read everything, so an unreadable folder is made by a path that is too long.
TEST(DiscoverTest, UnreadableFoldersAreReported) {
  const TempDir dir;
  dir.write("ok.pcap", "");
  const std::string name(200, 'd');
  std::string deep = dir.path().string();
  while (deep.size() < 3880) deep += '/' + name;
  ASSERT_TRUE(dir.make_folder(deep.substr(dir.path("").size())) == deep);
  const Discovery from_above = found({.paths = {dir.path()}});
  EXPECT_EQ(from_above.problems.size(), 0u);
  // The same folders under a name that is 250 bytes longer.
  const TempDir above;
  const std::string roundabout = above.path(std::string(250, 'l'));
  above.link(dir.path().string(), std::string(250, 'l'));
  const Discovery all = found({.paths = {roundabout}});
  EXPECT_EQ(all.paths, Names({roundabout + "/ok.pcap"}));
  ASSERT_EQ(all.problems.size(), 1u);
  EXPECT_EQ(all.problems[0].error.sys, ENAMETOOLONG);
}

TEST(DiscoverTest, OddNames) {
  const TempDir dir;
  const Names names = {"-.pcap", "a\nb.pcap", "\xff\xfe.pcap", "sp ace.pcap", "\x1b[31m.pcap"};
  for (const std::string& name : names) dir.write(name, "");
  Names sorted = names;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(names_in(dir, {.paths = {dir.path()}}), sorted);
  EXPECT_EQ(names_in(dir, {.paths = {dir.path()}, .regexp = "b\\.pcap$"}), Names({"a\nb.pcap"}));
}

TEST(DiscoverTest, ThingsThatAreNoFilesArePassedOver) {
  const TempDir dir;
  dir.write("a.pcap", "");
  ASSERT_EQ(mkfifo(dir.path("fifo.pcap").c_str(), 0600), 0);
  dir.link("/dev/null", "null.pcap");
  dir.make_folder("folder.pcap");
  EXPECT_EQ(names_in(dir, {.paths = {dir.path()}}), Names({"a.pcap"}));
  EXPECT_EQ(names_in(dir, {.paths = {dir.path("fifo.pcap")}}), Names({"fifo.pcap"}));
}

TEST(DiscoverTest, WithoutDescriptorsNothingIsSaidToBeAll) {
  const TempDir dir;
  // UBSan needs descriptors when it first inspects an object of a class.
  static_cast<void>(errno_error(EMFILE, ""));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto result = discover({.paths = {dir.path()}});
  setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().sys, EMFILE);
}

TEST(DiscoverTest, PathsStayAsGiven) {
  const TempDir dir;
  dir.write("x/a.pcap", "");
  const Discovery slashed = found({.paths = {dir.path("x/")}});
  EXPECT_EQ(slashed.paths, Names({dir.path("x/a.pcap")}));
  const Discovery dotted = found({.paths = {dir.path().string() + "/./x"}});
  EXPECT_EQ(dotted.paths, Names({dir.path().string() + "/./x/a.pcap"}));
}

TEST(DiscoverTest, NestedRootsAreWalkedOnce) {
  const TempDir dir;
  dir.write("x/y/a.pcap", "");
  dir.write("x/b.pcap", "");
  const Names expected = {"x/b.pcap", "x/y/a.pcap"};
  EXPECT_EQ(names_in(dir, {.paths = {dir.path("x"), dir.path("x/y")}}), expected);
  EXPECT_EQ(names_in(dir, {.paths = {dir.path("x/y"), dir.path("x")}}), expected);
  EXPECT_EQ(names_in(dir, {.paths = {dir.path("x"), dir.path("x/b.pcap")}}), expected);
}

}  // namespace
}  // namespace gophercap::dataset
