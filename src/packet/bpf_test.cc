#include "packet/bpf.h"

#include <gtest/gtest.h>

#include <stop_token>
#include <string>
#include <vector>

#include "packet/link_type.h"

namespace gophercap::packet {
namespace {

// An IPv4 packet with UDP or TCP from 10.0.0.1 to 10.0.0.2.
std::vector<uint8_t> ipv4(uint8_t protocol, uint16_t port) {
  std::vector<uint8_t> p = {0x45, 0, 0,  28, 0, 0, 0,  0, 64, protocol,
                            0,    0, 10, 0,  0, 1, 10, 0, 0,  2};
  p.insert(p.end(),
           {static_cast<uint8_t>(port >> 8), static_cast<uint8_t>(port), 0, 9, 0, 8, 0, 0});
  return p;
}
std::vector<uint8_t> ethernet(const std::vector<uint8_t>& inside, bool tagged = false) {
  std::vector<uint8_t> frame = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
  if (tagged) frame.insert(frame.end(), {0x81, 0, 0, 7});
  frame.insert(frame.end(), {8, 0});
  frame.insert(frame.end(), inside.begin(), inside.end());
  return frame;
}
bool matches(const BpfFilter& filter, const std::vector<uint8_t>& bytes, uint32_t link_type = 1) {
  const auto n = static_cast<uint32_t>(bytes.size());
  return filter.matches(
      {.data = bytes.data(), .bytes = n, .original_bytes = n, .link_type = link_type});
}
constexpr uint8_t kUdp = 17;
constexpr uint8_t kTcp = 6;

TEST(Bpf, ChoosesAsTcpdumpDoes) {
  const auto filter = BpfFilter::compile("udp port 53", {});
  ASSERT_TRUE(filter) << filter.error().what;
  EXPECT_TRUE(matches(*filter, ethernet(ipv4(kUdp, 53))));
  EXPECT_FALSE(matches(*filter, ethernet(ipv4(kUdp, 54))));
  EXPECT_FALSE(matches(*filter, ethernet(ipv4(kTcp, 53))));
}

TEST(Bpf, AnEmptyExpressionTakesEverything) {
  EXPECT_TRUE(matches(*BpfFilter::compile("", {}), ethernet(ipv4(kUdp, 1))));
}

TEST(Bpf, IsCompiledForEachLinkTypeOfTheSet) {
  const std::vector<uint32_t> types = {kLinkTypeEthernet, 101};
  const auto filter = BpfFilter::compile("udp port 53", types);
  ASSERT_TRUE(filter) << filter.error().what;
  EXPECT_TRUE(matches(*filter, ethernet(ipv4(kUdp, 53)), 1));
  EXPECT_TRUE(matches(*filter, ipv4(kUdp, 53), 101));  // raw IP
  EXPECT_FALSE(matches(*filter, ipv4(kUdp, 53), 1));
  EXPECT_FALSE(matches(*filter, ethernet(ipv4(kUdp, 53)), 113));  // not compiled for
}

TEST(Bpf, AnExpressionThatFitsOnlySomeLinkTypesNamesTheOthers) {
  const std::vector<uint32_t> types = {kLinkTypeEthernet, 101};
  const auto filter = BpfFilter::compile("ether host 02:00:00:00:00:01", types);
  ASSERT_TRUE(filter) << filter.error().what;
  ASSERT_EQ(filter->unfit().size(), 1u);
  EXPECT_EQ(filter->unfit()[0].link_type, 101u);
  EXPECT_NE(filter->unfit()[0].reason, "");
  EXPECT_TRUE(matches(*filter, ethernet(ipv4(kUdp, 53)), 1));
  EXPECT_FALSE(matches(*filter, ipv4(kUdp, 53), 101));
}

TEST(Bpf, AWrongExpressionIsRefusedWithLibpcapsWords) {
  for (const char* text : {"udp prt 53", "(tcp", "host 1.2.3.4.5.6", "\x01"}) {
    const auto filter = BpfFilter::compile(text, {});
    ASSERT_FALSE(filter) << text;
    EXPECT_EQ(filter.error().code, Errc::kInvalidArgument);
    EXPECT_NE(filter.error().what.find(text), std::string::npos);
  }
  const std::vector<uint32_t> unknown = {65000};
  EXPECT_FALSE(BpfFilter::compile("udp", unknown));
}

TEST(Bpf, TaggedFramesNeedTheWordVlan) {
  const auto tagged = ethernet(ipv4(kUdp, 53), true);
  EXPECT_FALSE(matches(*BpfFilter::compile("udp", {}), tagged));
  EXPECT_TRUE(matches(*BpfFilter::compile("udp or (vlan and udp)", {}), tagged));
}

TEST(Bpf, LooksAtNothingBeyondTheCapturedBytes) {
  const auto frame = ethernet(ipv4(kUdp, 53));
  const auto filter = BpfFilter::compile("udp port 53", {});
  for (uint32_t n = 0; n < frame.size(); ++n) {
    const std::vector<uint8_t> cut(frame.begin(), frame.begin() + n);  // ASan sees what is beyond
    EXPECT_EQ(filter->matches({.data = cut.data(),
                               .bytes = n,
                               .original_bytes = static_cast<uint32_t>(frame.size())}),
              n >= 14 + 20 + 2)
        << n;
  }
}

// A list of alternatives, each of which matches nothing, but for `last`.
std::string alternatives(size_t count, const std::string& last) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += "host 192.168." + std::to_string(i / 250) + "." + std::to_string(i % 250) + " or ";
  return text + last;
}

TEST(Bpf, ThousandsOfHostsAreNoMatterOfMinutes) {
  const auto packet = ethernet(ipv4(kUdp, 53));
  const auto other = ethernet(ipv4(kTcp, 53));
  for (const char* last : {"udp port 53", "(udp and port 53)", "not tcp", "ip[9] = 17"}) {
    const std::string text = alternatives(1000, last);
    const auto filter = BpfFilter::compile(text, {});
    ASSERT_TRUE(filter) << filter.error().what;
    EXPECT_TRUE(matches(*filter, packet)) << last;
    EXPECT_FALSE(matches(*filter, other)) << last;
  }
  const auto negated = BpfFilter::compile("not (" + alternatives(400, "udp") + ")", {});
  ASSERT_TRUE(negated) << negated.error().what;
  EXPECT_FALSE(matches(*negated, packet));
  EXPECT_TRUE(matches(*negated, other));
  EXPECT_FALSE(BpfFilter::compile(alternatives(5000, "hast x"), {}));
}

TEST(Bpf, AStopEndsCompiling) {
  std::stop_source stop;
  stop.request_stop();
  const auto filter = BpfFilter::compile(alternatives(5000, "udp"), {}, stop.get_token());
  ASSERT_FALSE(filter);
  EXPECT_EQ(filter.error().code, Errc::kCancelled);
}

TEST(Bpf, WhatWouldTakeMinutesIsRefused) {
  for (const std::string& text :
       {"tcp and (" + alternatives(5000, "udp") + ")", alternatives(5000, "(tcp and vlan)"),
        alternatives(300, "10.0.0.1")}) {
    const auto filter = BpfFilter::compile(text, {});
    ASSERT_FALSE(filter);
    EXPECT_EQ(filter.error().code, Errc::kInvalidArgument);
    EXPECT_LT(filter.error().what.size(), 300U) << "the expression itself helps nobody";
  }
}

}  // namespace
}  // namespace gophercap::packet
