#include "cli/text/escape.h"

#include <gtest/gtest.h>

namespace gophercap::cli {
namespace {

TEST(Escape, PrintableTextStays) {
  for (const char* text : {"", "a/b c.pcap", "über/日本.pcap", "🦫", "a\\b", "~'\"$(x)"}) {
    EXPECT_EQ(escape_text(text), text);
  }
}

TEST(Escape, WhatATerminalObeys) {
  EXPECT_EQ(escape_text("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(escape_text("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(escape_text(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(escape_text("\xc2\x9b"
                        "31m"),
            "\\u{9b}31m")
      << "CSI as one character";
}

TEST(Escape, WhatIsNotUtf8) {
  EXPECT_EQ(escape_text("a\xff"
                        "b"),
            "a\\xffb");
  EXPECT_EQ(escape_text("\xc3"), "\\xc3") << "cut";
  EXPECT_EQ(escape_text("\xe6\x97"
                        "x"),
            "\\xe6\\x97x")
      << "cut in the middle";
  EXPECT_EQ(escape_text("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(escape_text("\xe0\x80\xaf"), "\\xe0\\x80\\xaf") << "overlong";
  EXPECT_EQ(escape_text("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(escape_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
}

TEST(Escape, WhatDeceives) {
  EXPECT_EQ(escape_text("a\u202Egpj.exe"), "a\\u{202e}gpj.exe");
  EXPECT_EQ(escape_text("a\u200Bb"), "a\\u{200b}b");
  EXPECT_EQ(escape_text("\uFEFFx"), "\\u{feff}x");
}

TEST(Escape, TwiceIsOnce) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const std::string once = escape_text(all);
  EXPECT_EQ(escape_text(once), once);
}

TEST(DisplayWidth, WideAndCombining) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("🦫"), 2U);
  EXPECT_EQ(display_width("…"), 1U);
}

TEST(Elide, KeepsBothEnds) {
  EXPECT_EQ(elide_middle("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(elide_middle("abcdefghij", 9), "abcd…ghij");
  EXPECT_EQ(elide_middle("abcdefghij", 4), "a…ij");
  EXPECT_EQ(elide_middle("abcdefghij", 1), "…");
  EXPECT_EQ(elide_middle("abcdefghij", 0), "");
  EXPECT_EQ(elide_end("abcdefghij", 4), "abc…");
}

TEST(Elide, NeverTooWideNorInsideACharacter) {
  const std::string text = "日本語のファイル/😀x\u0301y.pcap";
  for (size_t columns = 0; columns < 40; ++columns) {
    for (const std::string& elided : {elide_middle(text, columns), elide_end(text, columns)}) {
      EXPECT_LE(display_width(elided), columns);
      EXPECT_EQ(escape_text(elided), elided) << "cut inside a character";
    }
  }
}

}  // namespace
}  // namespace gophercap::cli
