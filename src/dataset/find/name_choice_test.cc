#include "dataset/find/name_choice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gophercap::dataset {
namespace {

NameChoice choice_of(const std::vector<std::string>& suffixes, const std::string& regexp = "") {
  Result<NameChoice> choice = NameChoice::make(suffixes, regexp);
  EXPECT_TRUE(choice) << choice.error().what;
  return *std::move(choice);
}

TEST(NameChoice, EndingsByDefaultAreThoseOfCapturesInAnyCase) {
  const NameChoice choice = choice_of({});
  for (const char* name : {"a.pcap", "A.PCAP", "a.pcapng", "a.cap", "a.pcap.gz", "a.Pcap.ZST",
                           "a.cap.lz4", "a.pcap.bgz", "a.pcapng.xz", "a.pcap.bz2"})
    EXPECT_TRUE(choice.ending_fits(name)) << name;
  for (const char* name : {"", "pcap", "a.pcap.zip", "a.pcap.gz.gz", "a.txt", "a.tar.gz", "apcap"})
    EXPECT_FALSE(choice.ending_fits(name)) << name;
}

TEST(NameChoice, GivenEndingsAreExact) {
  const NameChoice choice = choice_of({"pcap.00", ".dump"});
  EXPECT_TRUE(choice.ending_fits("a.pcap.00"));
  EXPECT_TRUE(choice.ending_fits("a.dump"));
  EXPECT_FALSE(choice.ending_fits("a.DUMP"));
  EXPECT_FALSE(choice.ending_fits("a.pcap"));
  EXPECT_TRUE(choice_of({""}).ending_fits("whatever"));
}

// `--file-suffix tar.gz` on a folder asks for tarballs, not for tarballs in tarballs.
TEST(NameChoice, TheEndingOfATarballSaysNothingOfItsMembers) {
  const NameChoice tarballs = choice_of({"tar.gz"});
  EXPECT_TRUE(tarballs.member_ending_fits("dir/set.tar.gz", "a.pcap.gz"));
  EXPECT_FALSE(tarballs.member_ending_fits("dir/set.tar.gz", "a.txt"));
  // If the tarball itself is given, the extension of captures applies to its members.
  const NameChoice dumps = choice_of({"dump"});
  EXPECT_TRUE(dumps.member_ending_fits("dir/set.tar.gz", "a.dump"));
  EXPECT_FALSE(dumps.member_ending_fits("dir/set.tar.gz", "a.pcap"));
  EXPECT_TRUE(choice_of({}).member_ending_fits("x", "a.pcap"));
}

TEST(NameChoice, ExpressionsFindAPartOfThePath) {
  const NameChoice choice = choice_of({}, "2024-0[56]/.*b");
  EXPECT_TRUE(choice.path_fits("/data/2024-05/x/abc.pcap"));
  EXPECT_FALSE(choice.path_fits("/data/2024-07/b.pcap"));
  EXPECT_EQ(NameChoice::make({}, "(").error().code, Errc::kInvalidArgument);
}

TEST(NameChoice, PathsThatAreGivenAreTheOnlyOnes) {
  const NameChoice choice = NameChoice::exactly({"set.tar!/a", "b"});
  EXPECT_TRUE(choice.path_fits("set.tar!/a"));
  EXPECT_FALSE(choice.path_fits("set.tar!/ab"));
  EXPECT_TRUE(choice.ending_fits("any.thing"));
  EXPECT_TRUE(choice.member_ending_fits("set.tar", "any.thing"));
}

}  // namespace
}  // namespace gophercap::dataset
