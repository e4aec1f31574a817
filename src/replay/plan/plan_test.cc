#include "replay/plan/plan.h"

#include <gtest/gtest.h>

#include "packet/link_type.h"

namespace gophercap::replay {
namespace {

dataset::FileSummary file(const std::string& path, int64_t first, int64_t max,
                          uint64_t packets = 2) {
  dataset::FileSummary f;
  f.path = path;
  f.packets = packets;
  f.first = f.min = capture_time(first);
  f.max = f.last = capture_time(max);
  f.link_types = {{packet::kLinkTypeEthernet, packets}};
  return f;
}

dataset::DatasetSummary set_of(std::vector<dataset::FileSummary> files) {
  dataset::DatasetSummary set;
  set.files = std::move(files);
  dataset::summarize(set);
  return set;
}

TEST(Plan, OrdersFilesByNeedAndRemembersTheOrderOfPaths) {
  const Result<Plan> plan =
      make_plan(set_of({file("a", 50, 60), file("b", 10, 99), file("c", 10, 20)}));
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->files.size(), 3u);
  EXPECT_EQ(plan->files[0].path, "b");
  EXPECT_EQ(plan->files[0].ordinal, 1u);
  EXPECT_EQ(plan->files[1].path, "c");
  EXPECT_EQ(plan->files[2].path, "a");
  EXPECT_EQ(plan->files[2].ordinal, 0u);
  EXPECT_EQ(plan->first, capture_time(10));
  EXPECT_EQ(plan->last, capture_time(99));
  EXPECT_EQ(plan->span(), Nanos(89));
  EXPECT_EQ(plan->packets, 6u);
  EXPECT_EQ(plan->mean_gap(), Nanos(89 / 5));
}

TEST(Plan, CountsHowManyFilesAreNeededAtOnce) {
  EXPECT_EQ(
      make_plan(set_of({file("a", 0, 10), file("b", 10, 20), file("c", 21, 30)}))->overlap_depth,
      2u);
  EXPECT_EQ(make_plan(set_of({file("a", 0, 1), file("b", 2, 3), file("c", 4, 5)}))->overlap_depth,
            1u);
  EXPECT_EQ(make_plan(set_of({file("a", 0, 9), file("b", 1, 8), file("c", 2, 7)}))->overlap_depth,
            3u);
}

TEST(Plan, LeavesOutEmptyFilesAndRefusesASetOfThem) {
  dataset::FileSummary empty;
  empty.path = "empty";
  EXPECT_EQ(make_plan(set_of({empty, file("a", 1, 2)}))->files.size(), 1u);
  const Result<Plan> none = make_plan(set_of({empty}));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::kNotFound);
}

TEST(Plan, FilesWithoutAnyTimeStandAtTheBeginningOfTheSet) {
  dataset::FileSummary timeless = file("t", 0, 0);
  timeless.first = timeless.last = timeless.min = timeless.max = std::nullopt;
  const Result<Plan> plan = make_plan(set_of({file("a", 500, 600), timeless}));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->files[1].path, "t");
  EXPECT_EQ(plan->files[1].first_key, capture_time(500));
  EXPECT_EQ(plan->last, capture_time(600));
}

TEST(Plan, ABackwardOutlierDoesNotMoveTheBeginning) {
  // The key of a packet is the largest time up to it, so a packet from 1970 in the middle of a file
  // is due together with its predecessor.
  dataset::FileSummary f = file("a", 1'000'000, 2'000'000);
  f.min = capture_time(0);
  EXPECT_EQ(make_plan(set_of({f}))->first, capture_time(1'000'000));
}

TEST(Plan, AFileAcrossTheWindowThatCannotBeReadIsNamed) {
  const Result<Plan> plan =
      make_plan(set_of({file("/no/such/file", 0, 100), file("inside", 60, 70)}),
                {.window = {.from = capture_time(50), .to = std::nullopt}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->files.size(), 1u);
  ASSERT_EQ(plan->damaged.size(), 1u);
  EXPECT_EQ(plan->damaged[0].path, "/no/such/file");
  EXPECT_EQ(plan->files_outside_window, 0u);
}

TEST(Plan, ASetThatIsGoneSaysSo) {
  dataset::FileSummary gone;
  gone.path = "/no/such/file";
  gone.damage = capture::Damage{0, Errc::kNotFound, "/no/such/file: No such file or directory"};
  const Result<Plan> plan = make_plan(set_of({gone}));
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().what.find("No such file"), std::string::npos);
  EXPECT_NE(plan.error().what.find("--path-prefix"), std::string::npos);
}

TEST(Plan, InSequenceEachFileFollowsTheOneBefore) {
  const auto set = set_of({file("c", 0, 7), file("a", 5000, 5100), file("b", 90, 90, 1)});
  const Result<Plan> plan = make_plan(set, {.file_gap = Nanos(0)});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->files[0].path, "a");
  EXPECT_EQ(plan->files[1].path, "b");
  EXPECT_EQ(plan->files[1].first_key, capture_time(5100));
  EXPECT_EQ(plan->files[2].path, "c");
  EXPECT_EQ(plan->files[2].first_key, capture_time(5100));
  EXPECT_EQ(plan->first, capture_time(5000));
  EXPECT_EQ(plan->last, capture_time(5107));
  EXPECT_EQ(plan->overlap_depth, 1u);
  const Result<Plan> apart = make_plan(set, {.file_gap = Nanos(30)});
  EXPECT_EQ(apart->span(), Nanos(100 + 30 + 0 + 30 + 7));
  EXPECT_EQ(apart->files[2].key_shift, Nanos(5160));
}

TEST(Plan, KnowsWhatItWaitsFor) {
  dataset::FileSummary quiet = file("quiet", 0, 1000);
  quiet.largest_gap = Nanos(900);
  quiet.largest_gap_from = capture_time(50);
  const dataset::Pauses inside = pauses_of(*make_plan(set_of({quiet})), Nanos(10), 3);
  ASSERT_EQ(inside.count, 1u);
  EXPECT_EQ(inside.longest[0].from, capture_time(50));
  EXPECT_EQ(inside.longest[0].to, capture_time(950));
  // Another file is busy during the gap.
  EXPECT_EQ(pauses_of(*make_plan(set_of({quiet, file("busy", 40, 960)})), Nanos(0), 3).count, 0u);
  const auto apart = set_of({quiet, file("later", 5000, 6000)});
  EXPECT_EQ(pauses_of(*make_plan(apart), Nanos(0), 3).sum, Nanos(4900));
  EXPECT_EQ(pauses_of(*make_plan(apart, {.file_gap = Nanos(7)}), Nanos(0), 3).sum, Nanos(907));
  // Played together, the gap of one file is busy in the other.
  EXPECT_EQ(pauses_of(*make_plan(apart, {.files_start_together = true}), Nanos(0), 3).count, 0u);
  // With sorting, a late packet may be inside the gap.
  quiet.out_of_order = 1;
  EXPECT_EQ(
      pauses_of(*make_plan(set_of({quiet}), {.key_rule = KeyRule::kOwnTime}), Nanos(0), 3).count,
      0u);
}

TEST(Plan, PeriodsSaturate) {
  const Result<Plan> plan = make_plan(set_of({file("a", 0, 100)}));
  EXPECT_EQ(plan->period(Nanos::max()), Nanos::max());
  EXPECT_EQ(plan->period(Nanos(5)), Nanos(105));
}

TEST(Plan, SurvivesADumpThatLies) {
  dataset::FileSummary f = file("a", 100, 50);
  const Result<Plan> plan = make_plan(set_of({f, file("b", 70, 60)}));
  ASSERT_TRUE(plan);
  EXPECT_GE(plan->span(), Nanos(0));
}

}  // namespace
}  // namespace gophercap::replay
