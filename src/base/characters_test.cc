#include "base/characters.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace gophercap {
namespace {

TEST(EscapeJson, PrintableTextStays) {
  for (const char* text : {"", "{\n  \"a\": \"b\\n\"\n}\n", "\"über/日本 🦫\"", "\"\uFFFD\""})
    EXPECT_EQ(escape_json(text), text);
}

TEST(EscapeJson, WhatATerminalObeysAndWhatDeceives) {
  EXPECT_EQ(escape_json("\"a\x7f"
                        "b\""),
            "\"a\\u007fb\"");
  EXPECT_EQ(escape_json("\"\u009b31m\""), "\"\\u009b31m\"") << "CSI as one character";
  EXPECT_EQ(escape_json("\"\u202Egpj.exe\u2069\u061C\u200F\""),
            "\"\\u202egpj.exe\\u2069\\u061c\\u200f\"");
  EXPECT_EQ(escape_json("\"\U000E0041\""), "\"\\udb40\\udc41\"") << "a pair of surrogates";
}

TEST(IsUnprintable, WhereRangesEnd) {
  for (const uint32_t code :
       {0x00U, 0x1fU, 0x7fU, 0x9fU, 0x200bU, 0x202eU, 0x2069U, 0xfeffU, 0xe0fffU})
    EXPECT_TRUE(is_unprintable(code)) << code;
  for (const uint32_t code :
       {0x20U, 0x7eU, 0xa0U, 0xfcU, 0x2010U, 0x2070U, 0xfffdU, 0x1f9abU, 0xe1000U})
    EXPECT_FALSE(is_unprintable(code)) << code;
}

TEST(EscapeJson, WhatIsNotUtf8IsLeft) {
  EXPECT_EQ(escape_json("\xff\xc2"), "\xff\xc2");
}

}  // namespace
}  // namespace gophercap
