#include "cli/options/values.h"

#include <gtest/gtest.h>

namespace gophercap::cli {
namespace {

TEST(Values, Bool) {
  for (const char* yes : {"true", "TRUE", "True", "t", "1", "yes", "on"})
    EXPECT_EQ(parse_bool(yes).value_or(false), true);
  for (const char* no : {"false", "F", "0", "No", "off"})
    EXPECT_EQ(parse_bool(no).value_or(true), false);
  for (const char* bad : {"", "2", "ja", "tru", " true"}) EXPECT_FALSE(parse_bool(bad)) << bad;
}

TEST(Values, Integer) {
  EXPECT_EQ(*parse_integer("0"), 0);
  EXPECT_EQ(*parse_integer("-12"), -12);
  EXPECT_EQ(*parse_integer("+12"), 12);
  EXPECT_EQ(*parse_integer("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(*parse_integer("-9223372036854775808"), INT64_MIN);
  for (const char* bad :
       {"", "+", "-", "+-1", "1.5", "0x10", "1 ", " 1", "1e3", "9223372036854775808"}) {
    EXPECT_FALSE(parse_integer(bad)) << bad;
  }
  EXPECT_EQ(parse_integer("9223372036854775808").error().what,
            "\"9223372036854775808\" is not a number of 64 bits");
}

TEST(Values, Size) {
  EXPECT_EQ(*parse_size("0"), 0U);
  EXPECT_EQ(*parse_size("4096"), 4096U);
  EXPECT_EQ(*parse_size("64k"), 65536U);
  EXPECT_EQ(*parse_size("128M"), uint64_t{128} << 20);
  EXPECT_EQ(*parse_size("128MB"), uint64_t{128} << 20);
  EXPECT_EQ(*parse_size("128MiB"), uint64_t{128} << 20);
  EXPECT_EQ(*parse_size("1.5G"), uint64_t{3} << 29);
  EXPECT_EQ(*parse_size("2T"), uint64_t{2} << 40);
  EXPECT_EQ(*parse_size("10B"), 10U);
  for (const char* bad : {"", "M", "-1", "1.5", "1..5M", ".5M", "5.M", "1e9", "inf", "nan", "0x10",
                          "1 M", "12iB", "12X", "99999999999T", "1MM"}) {
    EXPECT_FALSE(parse_size(bad)) << bad;
  }
}

TEST(Values, ChoicesAndDurations) {
  OptionSpec option = *find_option(Command::kReplay, "out-format");
  EXPECT_TRUE(check_value(option, "pcapng"));
  EXPECT_EQ(check_value(option, "erf").error().what, "\"erf\" is not one of auto, pcap, pcapng");
  EXPECT_FALSE(check_value(option, ""));
  option.type = ValueType::kDuration;
  EXPECT_TRUE(check_value(option, "1h30m"));
  EXPECT_FALSE(check_value(option, "1 hour"));
}

TEST(Values, PathsHaveNoZeroBytes) {
  const OptionSpec option(Command::kMap, Group::kWhat, "dir-src", "DIR", "", ValueType::kPathList,
                          "");
  EXPECT_TRUE(check_value(option, "\xff\n"));
  EXPECT_FALSE(check_value(option, std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace gophercap::cli
