#include "base/ratio.h"

#include <gtest/gtest.h>

namespace gophercap {
namespace {

TEST(Ratio, ReadsDecimalsAndFractionsExactly) {
  EXPECT_EQ(*parse_ratio("1"), (Ratio{1, 1}));
  EXPECT_EQ(*parse_ratio("2"), (Ratio{2, 1}));
  EXPECT_EQ(*parse_ratio("0.5"), (Ratio{1, 2}));
  EXPECT_EQ(*parse_ratio(".5"), (Ratio{1, 2}));
  EXPECT_EQ(*parse_ratio("2.4"), (Ratio{12, 5}));
  EXPECT_EQ(*parse_ratio("1/3"), (Ratio{1, 3}));
  EXPECT_EQ(*parse_ratio("0.1/0.3"), (Ratio{1, 3}));
  EXPECT_EQ(*parse_ratio("1000.0"), (Ratio{1000, 1}));
  EXPECT_EQ(*parse_ratio("0.001"), (Ratio{1, 1000}));
  EXPECT_EQ(*parse_ratio("999999999999999999/999999999999999998"),
            (Ratio{999999999999999999, 999999999999999998}));
}

TEST(Ratio, RefusesWhatIsNone) {
  for (const char* text : {"", "0", "0.0", "-1", "+1", "1/0", "1/", "/2", "1//2", "1.2.3", "1e3",
                           "inf", "nan", " 1", "1 ", "0x10", "1,5", "1234567890123456789", "."}) {
    const Result<Ratio> ratio = parse_ratio(text);
    ASSERT_FALSE(ratio) << text;
    EXPECT_EQ(ratio.error().code, Errc::kInvalidArgument) << text;
  }
}

TEST(Ratio, SaysThatAProductDoesNotFit) {
  EXPECT_FALSE(parse_ratio("99999999999999999.7/0.00000000000000003"));
}

TEST(Ratio, IsWrittenAsItIsRead) {
  for (const char* text : {"2", "12/5", "1/1000"})
    EXPECT_EQ(format_ratio(*parse_ratio(text)), text);
}

}  // namespace
}  // namespace gophercap
