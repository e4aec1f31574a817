#include "cli/options/option_values.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gophercap::cli {
namespace {

using replay::LatePolicy;

TEST(OptionValues, LatePolicies) {
  EXPECT_EQ(parse_late("catch-up")->policy, LatePolicy::kCatchUp);
  EXPECT_EQ(parse_late("slip")->policy, LatePolicy::kSlip);
  EXPECT_EQ(parse_late("slip")->limit, std::chrono::milliseconds(1));
  EXPECT_EQ(parse_late("drop=250us")->policy, LatePolicy::kDrop);
  EXPECT_EQ(parse_late("drop=250us")->limit, std::chrono::microseconds(250));
  EXPECT_EQ(parse_late("drop=0s")->limit, Nanos(0));
  for (const char* text : {"", "late", "catch-up=1ms", "drop=", "drop=soon", "slip=-1ms", "=1ms"})
    EXPECT_FALSE(parse_late(text)) << text;
}

TEST(OptionValues, Limits) {
  EXPECT_EQ(*parse_limit("1000"), replay::Limit{.packets = 1000});
  EXPECT_EQ(*parse_limit("30s"), replay::Limit{.time = std::chrono::seconds(30)});
  EXPECT_EQ(*parse_limit("1h30m"), replay::Limit{.time = std::chrono::minutes(90)});
  EXPECT_EQ(*parse_limit("5m"), replay::Limit{.time = std::chrono::minutes(5)});
  EXPECT_EQ(*parse_limit("10K"), replay::Limit{.bytes = 10240});
  EXPECT_EQ(*parse_limit("2MB"), replay::Limit{.bytes = 2 << 20});
  EXPECT_EQ(*parse_limit("1.5GiB"), replay::Limit{.bytes = uint64_t{3} << 29});
  for (const char* text :
       {"", "0", "-1", "+1", "0s", "-5s", "0K", "ten", "10x", "1.5", "99999999999999999999"})
    EXPECT_FALSE(parse_limit(text)) << text;
}

TEST(OptionValues, LatenessLimits) {
  EXPECT_DOUBLE_EQ(parse_lateness_limit("p99=50us")->quantile, 0.99);
  EXPECT_EQ(parse_lateness_limit("p99=50us")->limit, std::chrono::microseconds(50));
  EXPECT_DOUBLE_EQ(parse_lateness_limit("p99.9=1ms")->quantile, 0.999);
  EXPECT_DOUBLE_EQ(parse_lateness_limit("max=1ms")->quantile, 1);
  for (const char* text : {"", "p99", "99=1ms", "p0=1ms", "p101=1ms", "p=1ms", "p99=", "p9x=1ms",
                           "pnan=1ms", "p99=-1ms", "min=1ms"})
    EXPECT_FALSE(parse_lateness_limit(text)) << text;
}

TEST(OptionValues, ClockSteps) {
  EXPECT_FALSE(parse_clock_steps("keep")->follow);
  EXPECT_TRUE(parse_clock_steps("follow")->follow);
  EXPECT_FALSE(parse_clock_steps("follow")->ahead);
  EXPECT_EQ(parse_clock_steps("follow")->limit, std::chrono::seconds(1));
  EXPECT_TRUE(parse_clock_steps("follow=5ms")->ahead);
  EXPECT_EQ(parse_clock_steps("follow=5ms")->limit, std::chrono::milliseconds(5));
  for (const char* text :
       {"", "keep=1s", "follow=", "follow=0s", "follow=-1s", "follow=x", "follows"})
    EXPECT_FALSE(parse_clock_steps(text)) << text;
}

}  // namespace
}  // namespace gophercap::cli
