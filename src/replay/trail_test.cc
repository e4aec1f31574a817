#include "replay/trail.h"

#include <gtest/gtest.h>

#include <limits>

namespace gophercap::replay {
namespace {

TEST(Trail, IsTheBeginningUntilSomethingHasLeft) {
  Trail trail({.key_ns = 1000}, false);
  EXPECT_EQ(trail.at(0).key_ns, 1000);
  trail.add({.pushed = 256, .passed = 512, .key_ns = 3560});
  EXPECT_EQ(trail.at(0).key_ns, 1000);
  EXPECT_EQ(trail.at(0).passed, 0);
}

TEST(Trail, GoesEvenlyFromPointToPoint) {
  Trail trail({.key_ns = 1000}, false);
  trail.add({.pushed = 100, .passed = 300, .key_ns = 2000});
  trail.add({.pushed = 200, .passed = 400, .key_ns = 2000});
  trail.add({.pushed = 300, .passed = 500, .key_ns = 1000, .loop = 1});
  EXPECT_EQ(trail.at(50).key_ns, 1500);
  EXPECT_EQ(trail.at(50).passed, 150);
  EXPECT_EQ(trail.at(150).passed, 350);
  EXPECT_EQ(trail.at(250).loop, 0U);
  EXPECT_EQ(trail.at(250).key_ns, 2000);
  EXPECT_EQ(trail.at(300).loop, 1U);
  EXPECT_EQ(trail.at(1000).passed, 500);
}

TEST(Trail, ManyPointsAreThinnedAndTimesAtTheEndsOf64BitsHold) {
  Trail trail({.key_ns = std::numeric_limits<int64_t>::min()}, false);
  for (uint64_t i = 1; i <= 100'000; ++i)
    trail.add({.pushed = 64 * i, .passed = static_cast<double>(64 * i), .key_ns = 0});
  for (const uint64_t handled : {1U, 1'000U, 640'000U, 6'399'999U, 6'400'000U})
    EXPECT_NEAR(trail.at(handled).passed, static_cast<double>(handled), 1) << handled;
}

}  // namespace
}  // namespace gophercap::replay
