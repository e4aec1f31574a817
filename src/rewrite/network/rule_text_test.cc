#include "rewrite/network/rule_text.h"

#include <gtest/gtest.h>

#include <string>

namespace gophercap::rewrite {
namespace {

template <class T>
std::string shown(const Result<T>& result) {
  return result ? to_text(*result) : "error: " + result.error().what;
}

TEST(RuleText, Prefixes) {
  EXPECT_EQ(shown(parse_prefix("10.0.0.0/8")), "10.0.0.0/8");
  EXPECT_EQ(shown(parse_prefix("10.1.2.3")), "10.1.2.3/32");
  EXPECT_EQ(shown(parse_prefix("0.0.0.0/0")), "0.0.0.0/0");
  EXPECT_EQ(shown(parse_prefix("2001:DB8::/32")), "2001:db8::/32");
  EXPECT_EQ(shown(parse_prefix("[::1]")), "::1/128");
  EXPECT_EQ(shown(parse_prefix("::/0")), "::/0");
  EXPECT_EQ(shown(parse_prefix("10.0.0.1/8")),
            "error: 10.0.0.1/8: bits after the prefix are not zero; did you mean 10.0.0.0/8?");
  EXPECT_EQ(shown(parse_prefix("10.0.0.0/33")),
            "error: 10.0.0.0/33: the prefix length must be 0 to 32");
  EXPECT_EQ(shown(parse_prefix("::/129")), "error: ::/129: the prefix length must be 0 to 128");
  for (const char* bad : {"", "10", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8 ", "10.0.0.256", "x",
                          "/8", "10.0.0.0//8", "[10.0.0.0", ":::"})
    EXPECT_FALSE(parse_prefix(bad)) << bad;
  EXPECT_FALSE(parse_prefix(std::string_view("10.0.0.0\0x", 10)));
}

TEST(RuleText, PrefixPairs) {
  EXPECT_EQ(shown(parse_prefix_pair("10.0.0.0/8=44.0.0.0/8")), "10.0.0.0/8=44.0.0.0/8");
  EXPECT_EQ(shown(parse_prefix_pair("10.0.0.0/8:44.0.0.0/8")), "10.0.0.0/8=44.0.0.0/8");
  EXPECT_EQ(shown(parse_prefix_pair("[2001:db8::/32]:[2001:db9::/32]")),
            "2001:db8::/32=2001:db9::/32");
  EXPECT_EQ(shown(parse_prefix_pair("::1=::2")), "::1/128=::2/128");
  EXPECT_EQ(shown(parse_prefix_pair("10.0.0.0/8=192.168.0.0/16")),
            "error: 10.0.0.0/8=192.168.0.0/16: the prefixes must have the same length, so that "
            "hosts stay apart");
  EXPECT_EQ(shown(parse_prefix_pair("10.0.0.0/8=fd00::/8")),
            "error: 10.0.0.0/8=fd00::/8: one prefix is IPv4, the other IPv6");
  EXPECT_EQ(shown(parse_prefix_pair("10.0.0.0/8")),
            "error: 10.0.0.0/8: not a pair of prefixes OLD=NEW");
  EXPECT_EQ(shown(parse_prefix_pair("10.0.0.0/8=x")),
            "error: 10.0.0.0/8=x: x: not an IPv4 or IPv6 prefix such as 10.0.0.0/8");
  EXPECT_FALSE(parse_prefix_pair("::1:::2"));
  EXPECT_FALSE(parse_prefix_pair("="));
}

TEST(RuleText, PortPairs) {
  EXPECT_EQ(shown(parse_port_pair("80=8080")), "80=8080");
  EXPECT_EQ(shown(parse_port_pair("80:8080")), "80=8080");
  EXPECT_EQ(shown(parse_port_pair("8000-8010=9000-9010")), "8000-8010=9000-9010");
  EXPECT_EQ(shown(parse_port_pair("8000-8010=9000-9011")),
            "error: 8000-8010=9000-9011: the ranges must have the same size, so that ports stay "
            "apart");
  EXPECT_EQ(shown(parse_port_pair("0=80")), "error: 0=80: ports are 1 to 65535");
  EXPECT_EQ(shown(parse_port_pair("9-8=1-2")), "error: 9-8=1-2: a range ends before it begins");
  EXPECT_EQ(shown(parse_port_pair("80")),
            "error: 80: not a pair of ports OLD=NEW such as 80=8080 or 8000-8010=9000-9010");
  for (const char* bad : {"", "=", "80=", "=80", "80=65536", "80=-1", "80=+1", "80 =81", "1-=2-",
                          "80=81=82", "99999999999=1"})
    EXPECT_FALSE(parse_port_pair(bad)) << bad;
}

}  // namespace
}  // namespace gophercap::rewrite
