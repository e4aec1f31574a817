#include "packet/filter_terms.h"

#include <gtest/gtest.h>

#include <string>

namespace gophercap::packet {
namespace {

// The terms separated by "|", with "!" in front if they are negated.
std::string split(std::string_view expression) {
  const FilterTerms terms = split_filter(expression);
  std::string text = terms.negated ? "!" : "";
  for (const FilterTerms::Term& term : terms.terms) {
    if (&term != &terms.terms.front()) text += "|";
    text += term.text;
  }
  return text;
}

TEST(FilterTerms, AlternativesStandAlone) {
  EXPECT_EQ(split("host a or net b || not port 80"), "host a|net b|not port 80");
  EXPECT_EQ(split("(host a or (tcp and port 80))"), "host a|(tcp and port 80)");
  EXPECT_EQ(split(" ( ( host a or host b ) ) "), "host a|host b");
  EXPECT_EQ(split("not (host a or host b)"), "!host a|host b");
  EXPECT_EQ(split("!(host a or not(not(host b)))"), "!host a|not(not(host b))");
  EXPECT_EQ(split("not (not (host a or host b))"), "host a|host b");
  EXPECT_EQ(split("ip[9]=17 or tcp[13] & 2 != 0"), "ip[9]=17|tcp[13] & 2 != 0");
  EXPECT_EQ(split("tcp or udp port 53"), "tcp|udp port 53");
}

TEST(FilterTerms, WhatDependsOnItsNeighboursStaysWhole) {
  for (const char* text :
       {"host a or b", "src or dst host a", "host a and port 80 or host b", "host a or vlan",
        "host a or (vlan and host b) or host c", "port 80 or ftp", "(host a) or (host b", "host a)",
        "ip proto \\tcp or \\udp", "or host a", "host a or", "tcp and (host a or host b)", "",
        "5 = ip[9] or host a"}) {
    EXPECT_EQ(split(text), text);
  }
}

TEST(FilterTerms, PrimitivesAreCounted) {
  EXPECT_EQ(split_filter("host a or (host b and (port 1 or port 2)) or udp").primitives(), 5U);
  EXPECT_EQ(split_filter("tcp and (port 1 or port 2)").primitives(), 3U);
  EXPECT_EQ(split_filter("host a or b or c").primitives(), 3U);
  EXPECT_EQ(split_filter("").primitives(), 1U);
}

}  // namespace
}  // namespace gophercap::packet
