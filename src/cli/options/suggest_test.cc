#include "cli/options/suggest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace gophercap::cli {
namespace {

TEST(EditDistance, CountsSteps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("map", ""), 3U);
  EXPECT_EQ(edit_distance("map", "map"), 0U);
  EXPECT_EQ(edit_distance("map", "mop"), 1U);
  EXPECT_EQ(edit_distance("map", "maps"), 1U);
  EXPECT_EQ(edit_distance("mpa", "map"), 1U) << "a swap is one step";
  EXPECT_EQ(edit_distance("MAP", "map"), 0U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance(std::string(100000, 'x'), "map"), 64U) << "absurd lengths cost nothing";
}

TEST(DidYouMean, NearestOrNothing) {
  constexpr std::array<std::string_view, 4> kNames = {"map", "replay", "file-regexp",
                                                      "file-workers"};
  EXPECT_EQ(did_you_mean("repaly", kNames), "did you mean replay?");
  EXPECT_EQ(did_you_mean("file-worker", kNames, "--"), "did you mean --file-workers?");
  EXPECT_EQ(did_you_mean("file-re", kNames), "did you mean file-regexp?")
      << "the beginning of only one";
  EXPECT_EQ(did_you_mean("file", kNames), "") << "the beginning of two";
  EXPECT_EQ(did_you_mean("tarExtract", kNames), "");
  EXPECT_EQ(did_you_mean("", kNames), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace gophercap::cli
