#include "cli/text/units.h"

#include <gtest/gtest.h>

namespace gophercap::cli {
namespace {

using namespace std::chrono_literals;

TEST(Units, Digits) {
  EXPECT_EQ(group_digits(0), "0");
  EXPECT_EQ(group_digits(999), "999");
  EXPECT_EQ(group_digits(1000), "1,000");
  EXPECT_EQ(group_digits(1234567), "1,234,567");
  EXPECT_EQ(group_digits(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(Units, BytesAndNumbers) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.00 kB");
  EXPECT_EQ(human_bytes(12'345), "12.3 kB");
  EXPECT_EQ(human_bytes(999'499), "999 kB");
  EXPECT_EQ(human_bytes(999'500), "1.00 MB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "18.4 EB");
  EXPECT_EQ(human_number(0.5, "pps"), "0.50 pps");
}

TEST(Units, Durations) {
  EXPECT_EQ(human_duration(0ns), "0s");
  EXPECT_EQ(human_duration(1234ns), "1.234µs");
  EXPECT_EQ(human_duration(1234567ns), "1.235ms");
  EXPECT_EQ(human_duration(1234567890ns), "1.235s");
  EXPECT_EQ(human_duration(90min + 400ms), "1h30m0s");
  EXPECT_EQ(human_duration(48h), "2d0h");
  EXPECT_EQ(human_duration(-(73h + 31min)), "-3d2h");
  EXPECT_EQ(human_duration(-1234567890ns), "-1.235s");
  EXPECT_EQ(human_duration(Nanos::max()), "more than 292 years");
  EXPECT_EQ(human_duration(Nanos::max() - 1ns), "106752d0h");
  EXPECT_EQ(human_duration(Nanos::min()), "-(more than 292 years)");
}

TEST(Units, Times) {
  EXPECT_EQ(human_time(capture_time(1'601'294'400'999'999'999)), "2020-09-28 12:00:00");
  EXPECT_EQ(human_time(capture_time(-1)), "1969-12-31 23:59:59");
}

TEST(Units, RatesAndCounts) {
  EXPECT_EQ(per_second(100, 0ns), 0);
  EXPECT_EQ(per_second(100, 500ms), 200);
  EXPECT_EQ(counted(1, "file"), "1 file");
  EXPECT_EQ(counted(0, "file"), "0 files");
  EXPECT_EQ(counted(2000, "file"), "2,000 files");
}

}  // namespace
}  // namespace gophercap::cli
