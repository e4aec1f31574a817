#include "base/time.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace gophercap {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

int64_t parsed(std::string_view text) {
  const Result<CaptureTime> t = parse_time(text);
  EXPECT_TRUE(t) << text;
  return t ? ns_of(*t) : -1;
}

// Values of any size, each magnitude equally likely, and the borders.
std::vector<int64_t> many_values() {
  std::vector<int64_t> values = {0, 1, -1, 999, 1000, 999'999, 999'999'999, kMin, kMin + 1, kMax};
  std::mt19937_64 random(42);
  for (int i = 0; i < 20000; ++i) {
    const auto v = static_cast<int64_t>(random() >> (random() % 64));
    values.push_back(v);
    values.push_back(v - v % 1'000'000);
  }
  return values;
}

TEST(Rfc3339Test, WritesAsGo) {
  EXPECT_EQ(format_rfc3339(capture_time(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(capture_time(1601280000123456789)), "2020-09-28T08:00:00.123456789Z");
  EXPECT_EQ(format_rfc3339(capture_time(1601280000100000000)), "2020-09-28T08:00:00.1Z");
  EXPECT_EQ(format_rfc3339(capture_time(1601280000000000010)), "2020-09-28T08:00:00.00000001Z");
  EXPECT_EQ(format_rfc3339(capture_time(951782400000000000)), "2000-02-29T00:00:00Z");
  EXPECT_EQ(format_rfc3339(capture_time(-1)), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_rfc3339(capture_time(kMin)), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(format_rfc3339(capture_time(kMax)), "2262-04-11T23:47:16.854775807Z");
}

TEST(Rfc3339Test, EveryTimeReadsBack) {
  for (const int64_t ns : many_values()) {
    const std::string text = format_rfc3339(capture_time(ns));
    const Result<CaptureTime> back = parse_time(text);
    ASSERT_TRUE(back) << text;
    ASSERT_EQ(ns_of(*back), ns) << text;
  }
}

TEST(ParseTimeTest, Forms) {
  EXPECT_EQ(parsed("2020-09-28T08:00:00Z"), 1601280000000000000);
  EXPECT_EQ(parsed("2020-09-28t08:00:00z"), 1601280000000000000);
  EXPECT_EQ(parsed("2020-09-28 08:00:00"), 1601280000000000000);
  EXPECT_EQ(parsed("2020-09-28 08:00:00.5"), 1601280000500000000);
  EXPECT_EQ(parsed("2020-09-28 10:00:00+02:00"), 1601280000000000000);
  EXPECT_EQ(parsed("2020-09-28T10:00:00.25+02:00"), 1601280000250000000);
  EXPECT_EQ(parsed("2020-09-28T04:30:00-03:30"), 1601280000000000000);
  EXPECT_EQ(parsed("2020-09-28T08:00:00-00:00"), 1601280000000000000);
  EXPECT_EQ(parsed("1969-12-31T23:59:59.999999999Z"), -1);
}

TEST(ParseTimeTest, DigitsBehindTheNinthAreDropped) {
  EXPECT_EQ(parsed("1970-01-01T00:00:00.0000000019Z"), 1);
  EXPECT_EQ(parsed("1969-12-31T23:59:59.9999999999Z"), -1);  // floored, not towards zero
  EXPECT_EQ(parsed("1970-01-01T00:00:00." + std::string(10000, '9') + "Z"), 999999999);
}

TEST(ParseTimeTest, RefusesWhatIsNoTime) {
  for (const char* text : {
           "",
           " ",
           "2020",
           "2020-09-28",
           "2020-09-28T08:00Z",
           "2020-09-28T08:00:00",
           "2020-09-28T08:00:00.Z",
           "2020-09-28T08:00:00,5Z",
           "2020-09-28T08:00:00Z ",
           " 2020-09-28T08:00:00Z",
           "2020-9-28T08:00:00Z",
           "2020-09-28T8:00:00Z",
           "2020-09-28T24:00:00Z",
           "2020-09-28T08:60:00Z",
           "2016-12-31T23:59:60Z",
           "2020-00-28T08:00:00Z",
           "2020-13-28T08:00:00Z",
           "2020-09-00T08:00:00Z",
           "2020-09-31T08:00:00Z",
           "2019-02-29T08:00:00Z",
           "1900-02-29T08:00:00Z",
           "2020-09-28T08:00:00+2:00",
           "2020-09-28T08:00:00+0200",
           "2020-09-28T08:00:00+24:00",
           "2020-09-28T08:00:00+00:60",
           "2020-09-28T08:00:00+02:00Z",
           "2020-09-28  08:00:00",
           "+020-09-28T08:00:00Z",
           "-020-09-28T08:00:00Z",
           "2020-09-28T08:00:00 Z",
           "99999-09-28T08:00:00Z",
           "2020-09-28T08:00:00\xff",
           "now",
       }) {
    const Result<CaptureTime> t = parse_time(text);
    ASSERT_FALSE(t) << text;
    EXPECT_EQ(t.error().code, Errc::kInvalidArgument);
  }
}

TEST(ParseTimeTest, RangeEndsWhereNanosecondsEnd) {
  EXPECT_FALSE(parse_time("0001-01-01T00:00:00Z"));  // Go's zero time
  EXPECT_FALSE(parse_time("9999-12-31T23:59:59Z"));
  EXPECT_EQ(parsed("1677-09-21T00:12:43.145224192Z"), kMin);
  EXPECT_FALSE(parse_time("1677-09-21T00:12:43.145224191Z"));
  EXPECT_EQ(parsed("2262-04-11T23:47:16.854775807Z"), kMax);
  EXPECT_FALSE(parse_time("2262-04-11T23:47:16.854775808Z"));
  EXPECT_FALSE(parse_time("2262-04-11T23:47:16.854775807-00:01"));
}

TEST(DurationTest, WritesAsGo) {
  const std::vector<std::pair<std::string, int64_t>> cases = {
      {"0s", 0},
      {"1ns", 1},
      {"1.1\u00b5s", 1100},
      {"2.2ms", 2'200'000},
      {"3.3s", 3'300'000'000},
      {"4m5s", 245'000'000'000},
      {"4m5.001s", 245'001'000'000},
      {"5h6m7.001s", 18'367'001'000'000},
      {"8m0.000000001s", 480'000'000'001},
      {"1h0m0s", 3'600'000'000'000},
      {"999.999\u00b5s", 999'999},
      {"1ms", 1'000'000},
      {"-3\u00b5s", -3000},
      {"-1h30m0.5s", -5'400'500'000'000},
      {"2562047h47m16.854775807s", kMax},
      {"-2562047h47m16.854775808s", kMin},
  };
  for (const auto& [text, ns] : cases) {
    EXPECT_EQ(format_duration(Nanos(ns)), text);
    const Result<Nanos> back = parse_duration(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(back->count(), ns) << text;
  }
}

TEST(DurationTest, EveryDurationReadsBack) {
  for (const int64_t ns : many_values()) {
    for (const int64_t signed_ns : {ns, ns == kMin ? ns : -ns}) {
      const std::string text = format_duration(Nanos(signed_ns));
      const Result<Nanos> back = parse_duration(text);
      ASSERT_TRUE(back) << text;
      ASSERT_EQ(back->count(), signed_ns) << text;
    }
  }
}

// The results of Go's time.ParseDuration.
TEST(DurationTest, ReadsAsGo) {
  const std::vector<std::pair<std::string, int64_t>> cases = {
      {"0", 0},
      {"+0", 0},
      {"-0", 0},
      {"5s", 5'000'000'000},
      {"+5s", 5'000'000'000},
      {"1478s", 1'478'000'000'000},
      {"-.5s", -500'000'000},
      {".5s", 500'000'000},
      {"5.s", 5'000'000'000},
      {"5.6s", 5'600'000'000},
      {"12us", 12'000},
      {"12\u00b5s", 12'000},
      {"12\u03bcs", 12'000},
      {"3h30m", 12'600'000'000'000},
      {"1m1m", 120'000'000'000},
      {"-2m3.4s", -123'400'000'000},
      {"1h2m3s4ms5us6ns", 3'723'004'005'006},
      {"39h9m14.425s", 140'954'425'000'000},
      {"52763797000ns", 52'763'797'000},
      {"0.3333333333333333333h", 1'200'000'000'000},
      {"9007199254740993ns", 9'007'199'254'740'993},
      {"9223372036854775807ns", kMax},
      {"9223372036854775.807us", kMax},
      {"9223372036s854ms775us807ns", kMax},
      {"-9223372036854775808ns", kMin},
      {"0.100000000000000000000h", 360'000'000'000},
      {"0.830103483285477580700h", 2'988'372'539'827},
  };
  for (const auto& [text, ns] : cases) {
    const Result<Nanos> d = parse_duration(text);
    ASSERT_TRUE(d) << text;
    EXPECT_EQ(d->count(), ns) << text;
  }
}

TEST(DurationTest, RefusesWhatIsNoDuration) {
  for (const char* text : {
           "",
           "3",
           "-",
           "+",
           "s",
           ".",
           "-.",
           ".s",
           "+.s",
           "1d",
           "1.5",
           "1h ",
           " 1h",
           "1 h",
           "1H",
           "--1s",
           "1h-1m",
           "1e3s",
           "0x1s",
           "1s1",
           "1\xb5s",
           "inf",
           "nan",
           "3000000h",
           "9223372036854775808ns",
           "9223372036854775.808us",
           "9223372036854ms775us808ns",
           "-9223372036854775809ns",
           "99999999999999999999999999ns",
           "-9223372036854775808ns9223372036854775808ns",  // the sum would wrap to nothing
       }) {
    const Result<Nanos> d = parse_duration(text);
    ASSERT_FALSE(d) << text;
    EXPECT_EQ(d.error().code, Errc::kInvalidArgument);
  }
  EXPECT_FALSE(parse_duration(std::string(100'000, '9') + "h"));
  EXPECT_TRUE(parse_duration("0." + std::string(100'000, '9') + "s"));
}

TEST(SendClockTest, NeverRunsBackwards) {
  SendTime before = SendClock::now();
  for (int i = 0; i < 1000; ++i) {
    const SendTime now = SendClock::now();
    ASSERT_GE(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace gophercap
