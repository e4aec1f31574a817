#include "cli/exit_code.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gophercap::cli {
namespace {

TEST(ExitCode, Numbers) {
  EXPECT_EQ(to_int(ExitCode::kOk), 0);
  EXPECT_EQ(to_int(ExitCode::kFailed), 1);
  EXPECT_EQ(to_int(ExitCode::kUsage), 2);
  EXPECT_EQ(to_int(ExitCode::kIncomplete), 3);
  EXPECT_EQ(to_int(ExitCode::kNothingFound), 4);
  EXPECT_EQ(to_int(ExitCode::kBug), 70);
}

TEST(ExitCode, TheWorseOneCounts) {
  // From harmless to worst; the numbers are not in that order.
  constexpr ExitCode kOrder[] = {ExitCode::kOk,     ExitCode::kIncomplete, ExitCode::kNothingFound,
                                 ExitCode::kFailed, ExitCode::kUsage,      ExitCode::kBug};
  for (size_t a = 0; a < std::size(kOrder); ++a) {
    for (size_t b = 0; b < std::size(kOrder); ++b) {
      EXPECT_EQ(merge(kOrder[a], kOrder[b]), kOrder[std::max(a, b)]);
    }
  }
}

}  // namespace
}  // namespace gophercap::cli
