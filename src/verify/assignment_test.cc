#include "verify/assignment.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

namespace gophercap::verify {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kHour = 3'600'000 * kMs;
constexpr int64_t kHorizon = 1000 * kMs;

using Places = std::vector<uint32_t>;

Places assigned(const std::vector<int64_t>& due, const std::vector<int64_t>& came) {
  return assign(due, came, kHorizon);
}

TEST(Assignment, InOrder) {
  EXPECT_EQ(assigned({0, 10, 20}, {1, 11, 21}), (Places{0, 1, 2}));
  EXPECT_EQ(assigned({}, {1}), Places{kNobody});
  EXPECT_EQ(assigned({1}, {}), Places{});
}

TEST(Assignment, ALostOneDoesNotShiftTheOthers) {
  EXPECT_EQ(assigned({0, 10 * kMs, 20 * kMs, 30 * kMs}, {0, 20 * kMs, 30 * kMs}),
            (Places{0, 2, 3}));
  EXPECT_EQ(assigned({0, kHour, 2 * kHour}, {kHour + kMs, 2 * kHour + kMs}), (Places{1, 2}));
}

TEST(Assignment, ACopyDoesNotShiftTheOthers) {
  EXPECT_EQ(assigned({0, 10 * kMs, 20 * kMs}, {0, 1000, 10 * kMs, 20 * kMs}),
            (Places{0, kNobody, 1, 2}));
}

TEST(Assignment, ALostOneAndACopyElsewhereAreBoth) {
  EXPECT_EQ(assigned({0, kHour, 2 * kHour}, {0, 1000, 2 * kHour}), (Places{0, kNobody, 2}));
}

TEST(Assignment, AStallIsNoLoss) {
  // 30 packets 10 ms apart that all arrive at the end of a stall.
  std::vector<int64_t> due(30);
  for (size_t i = 0; i < due.size(); ++i) due[i] = static_cast<int64_t>(i) * 10 * kMs;
  Places all(30);
  std::iota(all.begin(), all.end(), 0U);
  EXPECT_EQ(assigned(due, std::vector<int64_t>(30, 290 * kMs)), all);
}

TEST(Assignment, StampsThatStepBackKeepTheOrderOfArrival) {
  EXPECT_EQ(assigned({0, 10, 20}, {5, 3, 30}), (Places{0, 1, 2}));
}

TEST(Assignment, FarTooManyForTheBestAreTakenByTheNearest) {
  constexpr size_t kPackets = 200'000;
  std::vector<int64_t> due;
  std::vector<int64_t> came;
  Places want;
  for (uint32_t i = 0; i < kPackets; ++i) {
    due.push_back(i * kMs);
    if (i % 10 == 3) continue;
    came.push_back(i * kMs + 20'000);
    want.push_back(i);
  }
  EXPECT_EQ(assigned(due, came), want);
}

TEST(Assignment, AnyNumbersAreTaken) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(assigned({kLeast, kMost}, {kMost, kMost}), (Places{1, kNobody}));
  EXPECT_EQ(assigned({kLeast, 0, kMost}, {kLeast, kMost}), (Places{0, 2}));
}

}  // namespace
}  // namespace gophercap::verify
