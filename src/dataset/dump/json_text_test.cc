#include "dataset/dump/json_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace gophercap::dataset {
namespace {

using nlohmann::ordered_json;

TEST(JsonTextTest, LooksLikeAnIndentedTree) {
  JsonText json;
  json.begin_object();
  json.field("a", 1);
  json.key("empty_list");
  json.begin_array();
  json.end_array();
  json.key("list");
  json.begin_array();
  json.value("x");
  json.begin_object();
  json.end_object();
  json.begin_object();
  json.field("b", true);
  json.field("c", 0.5);
  json.end_object();
  json.end_array();
  json.end_object();
  json.end_text();
  const char* expected = R"({
  "a": 1,
  "empty_list": [],
  "list": [
    "x",
    {},
    {
      "b": true,
      "c": 0.5
    }
  ]
}
)";
  EXPECT_EQ(json.text(), expected);
  EXPECT_EQ(ordered_json::parse(json.text()).dump(2) + "\n", json.text());
}

TEST(JsonTextTest, TextMayBeTakenAwayBetweenCalls) {
  JsonText json;
  std::string all;
  const auto take = [&] {
    all += json.text();
    json.text().clear();
  };
  json.begin_array();
  take();
  json.value(1);
  take();
  json.value(2);
  take();
  json.end_array();
  take();
  EXPECT_EQ(all, "[\n  1,\n  2\n]");
}

TEST(JsonTextTest, EveryCharacterIsEscapedAsNeeded) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text = {'a', static_cast<char>(c), 'b'};
    JsonText json;
    json.value(text);
    constexpr bool kEscapeDel = true;
    EXPECT_EQ(json.text(), ordered_json(text).dump(-1, ' ', kEscapeDel)) << c;
  }
}

TEST(JsonTextTest, WhatATerminalObeysIsEscaped) {
  const std::string text = "ü\u009b31m\u202e\u2066\U000e0041日本";
  JsonText json;
  json.value(text);
  EXPECT_EQ(json.text(), "\"ü\\u009b31m\\u202e\\u2066\\udb40\\udc41日本\"");
  EXPECT_EQ(ordered_json::parse(json.text()).get<std::string>(), text);
}

TEST(JsonTextTest, Numbers) {
  const auto text_of = [](auto number) {
    JsonText json;
    json.value(number);
    return json.text();
  };
  EXPECT_EQ(text_of(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(text_of(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(text_of(std::numeric_limits<uint32_t>::max()), "4294967295");
  std::mt19937_64 random(3);
  for (int i = 0; i < 10000; ++i) {
    const double number =
        static_cast<double>(random() >> (random() % 64)) / static_cast<double>(1 + random() % 1000);
    EXPECT_EQ(ordered_json::parse(text_of(number)).get<double>(), number);
  }
}

TEST(Utf8Test, GoodTextStays) {
  for (const char* text : {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                           "\xef\xbf\xbd", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(utf8_or_replaced(text), text);
  }
}

TEST(Utf8Test, EachBadByteIsReplaced) {
  const std::string r = "\xef\xbf\xbd";
  EXPECT_EQ(utf8_or_replaced("a\xff"
                             "b"),
            "a" + r + "b");
  EXPECT_EQ(utf8_or_replaced("\x80\x80"), r + r);
  EXPECT_EQ(utf8_or_replaced("\xc3"), r);
  EXPECT_EQ(utf8_or_replaced("\xc3("), r + "(");
  EXPECT_EQ(utf8_or_replaced("\xc0\x80"), r + r);                  // overlong
  EXPECT_EQ(utf8_or_replaced("\xe0\x80\x80"), r + r + r);          // overlong
  EXPECT_EQ(utf8_or_replaced("\xed\xa0\x80"), r + r + r);          // surrogate
  EXPECT_EQ(utf8_or_replaced("\xf4\x90\x80\x80"), r + r + r + r);  // above U+10FFFF
  EXPECT_EQ(utf8_or_replaced("\xe2\x82"
                             "a\xe2\x82\xac"),
            r + r + "a\xe2\x82\xac");
}

// Any bytes become valid JSON text for a strict parser.
TEST(Utf8Test, RandomBytesBecomeValidText) {
  std::mt19937 random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) {
      // Prefers bytes at which the rules of UTF-8 change.
      constexpr uint8_t kBorders[] = {0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf,
                                      0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5};
      c = static_cast<char>(random() % 4 == 0 ? random() % 256
                                              : kBorders[random() % std::size(kBorders)]);
    }
    JsonText json;
    json.value(bytes);
    ASSERT_TRUE(ordered_json::accept(json.text()));
    ASSERT_EQ(ordered_json::parse(json.text()).get<std::string>(), utf8_or_replaced(bytes));
  }
}

}  // namespace
}  // namespace gophercap::dataset
