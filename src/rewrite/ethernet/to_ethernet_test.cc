#include "rewrite/ethernet/to_ethernet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "testing/hex.h"

namespace gophercap::rewrite {
namespace {

using testing::hex;
using Bytes = std::vector<uint8_t>;

// The frames as digits, or the reason in brackets.
std::vector<std::string> converted(uint32_t link_type, const std::string& text,
                                   const MacChoice& choice = {}, uint32_t missing_bytes = 0) {
  const Bytes bytes = hex(text);
  // In its own memory, so that a sanitizer detects reading beyond it.
  const auto copy = std::make_unique<uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  const auto count = static_cast<uint32_t>(bytes.size());
  packet::FrameList out;
  const auto refused = to_ethernet({.data = copy.get(),
                                    .bytes = count,
                                    .original_bytes = count + missing_bytes,
                                    .link_type = link_type},
                                   choice, out);
  if (refused) {
    EXPECT_TRUE(out.frames().empty());
    constexpr const char* kWords[] = {"filtered", "link type",  "protocol",  "encrypted",
                                      "fragment", "no payload", "incomplete"};
    return {std::string("[") + kWords[static_cast<size_t>(*refused)] + "]"};
  }
  std::vector<std::string> frames;
  for (const packet::Frame& frame : out.frames()) {
    EXPECT_EQ(frame.link_type, packet::kLinkTypeEthernet);
    EXPECT_EQ(frame.original_bytes, frame.bytes + missing_bytes);
    frames.push_back(testing::hex_of({frame.data, frame.bytes}));
  }
  return frames;
}

std::string joined(std::string text) {
  std::erase(text, ' ');
  return text;
}
std::vector<std::string> only(const std::string& frame) {
  return {joined(frame)};
}

const std::string kUdp4 =
    "4500 0020 0001 0000 40 11 0000 0a000001 0a000002  1234 0035 000c 0000 00000000";
const std::string kMacs4 = "02000a000002 02000a000001 ";
const std::string kUdp6 =
    "60000000 0008 11 40 20010db8000000000000000000000001 ff020000000000000000000000010002 "
    "1234 0222 0008 0000";
const std::string kSnap = "aaaa03 000000 ";

TEST(ToEthernet, IpOnEveryLinkGetsAHeader) {
  const std::vector<std::string> want = only(kMacs4 + "0800" + kUdp4);
  const auto expect = [&](uint32_t link_type, const std::string& front) {
    EXPECT_EQ(converted(link_type, front + kUdp4), want) << "link type " << link_type;
  };
  expect(0, "02000000");
  expect(0, "00000002");
  expect(108, "00000002");
  expect(9, "ff03 0021");
  expect(9, "0021");
  expect(9, "21");
  expect(50, "ff03 0021");
  expect(50, "0f00 0800");
  for (const uint32_t raw : {12u, 14u, 101u, 228u}) expect(raw, "");
  expect(104, "8f00 0800");
  expect(107, "0851 03 cc");                             // RFC 2427
  expect(107, "0851 0300 80 000000 0800");               // with padding and SNAP
  expect(107, "08000401 0800");                          // a longer address, Cisco
  expect(113, "0000 0304 0006 000000000000 0000 0800");  // a loopback interface
  expect(113, "0000 0001 0000 0000000000000000 0800");
  expect(113, "0000 0001 0000 0000000000000000 0004" + kSnap + "0800");
  expect(276, "0800 0000 00000001 0304 00 06 0000000000000000");
  expect(239, "02 00 0000 0500 0a00 00 000000 2400 0900");  // a prefix before the payload
  expect(239, "02 00 0000 0005 000a 00 000000 0024 0009");
  expect(258, "0c000000 01000000 0c000000");
  expect(192, "00 00 0800 65000000");  // RAW
}

TEST(ToEthernet, HostsKeepApartAndGroupsHaveTheirAddresses) {
  const auto v6 = converted(101, kUdp6);
  ASSERT_EQ(v6.size(), 1u);
  EXPECT_EQ(v6[0].substr(0, 14), "33330001000206");
  EXPECT_EQ(v6[0].substr(24), joined("86dd" + kUdp6));
  EXPECT_EQ(mac_of_ipv4(hex("e0 81 02 03").data()), (MacAddress{1, 0, 0x5e, 1, 2, 3}));
  EXPECT_EQ(mac_of_ipv4(hex("ffffffff").data()), kBroadcast);
  Bytes address = hex("20010db8000000000000000000000000");
  std::vector<MacAddress> seen;
  for (unsigned host = 0; host < 1000; ++host) {
    address[14] = static_cast<uint8_t>(host >> 8);
    address[15] = static_cast<uint8_t>(host);
    seen.push_back(mac_of_ipv6(address.data()));
    EXPECT_EQ(seen.back()[0] & 3, 2) << "locally administered, not a group";
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
}

TEST(ToEthernet, AddressesOfTheCaptureAreKept) {
  const std::string sender = "0000 0001 0006 020000000009 0000 ";
  EXPECT_EQ(converted(113, sender + "0800" + kUdp4),
            only("02000a000002 020000000009 0800" + kUdp4));
  EXPECT_EQ(converted(113, "0001 0001 0006 020000000009 0000 0800" + kUdp4),
            only("ffffffffffff 020000000009 0800" + kUdp4));
  EXPECT_EQ(converted(276, "0800 0000 00000001 0001 01 06 0200000000090000" + kUdp4),
            only("ffffffffffff 020000000009 0800" + kUdp4));
  EXPECT_EQ(converted(239, "02 00 0000 1000 0800 0006 0000 020000000009 0000 2400 0900" + kUdp4),
            only("02000a000002 020000000009 0800" + kUdp4));
  // ARP: a request goes to everybody, an answer to the target.
  const std::string addresses = "02000000000a 0a000001 02000000000b 0a000002";
  const std::string cooked = "0000 0001 0000 0000000000000000 0806 ";
  EXPECT_EQ(converted(113, cooked + "0001 0800 06 04 0001" + addresses),
            only("ffffffffffff 02000000000a 0806 0001 0800 06 04 0001" + addresses));
  EXPECT_EQ(converted(113, cooked + "0001 0800 06 04 0002" + addresses),
            only("02000000000b 02000000000a 0806 0001 0800 06 04 0002" + addresses));
  // Nothing is known.
  EXPECT_EQ(converted(113, "0000 0001 0000 0000000000000000 88cc 0000"),
            only("020000000002 020000000001 88cc 0000"));
}

TEST(ToEthernet, ChosenAddressesReplaceAllOthers) {
  const MacChoice choice{.source = MacAddress{2, 2, 2, 2, 2, 2},
                         .destination = MacAddress{4, 4, 4, 4, 4, 4}};
  EXPECT_EQ(converted(101, kUdp4, choice), only("040404040404 020202020202 0800" + kUdp4));
  EXPECT_EQ(converted(113, "0001 0001 0006 020000000009 0000 0800" + kUdp4, choice),
            only("040404040404 020202020202 0800" + kUdp4));
  EXPECT_EQ(converted(1, kMacs4 + "0800" + kUdp4, choice), only(kMacs4 + "0800" + kUdp4))
      << "Ethernet stays as it is";
}

TEST(ToEthernet, HeadersThatEthernetHasTooAreKept) {
  EXPECT_EQ(converted(51, "1100 0001 0022 0021" + kUdp4),
            only(kMacs4 + "8864 1100 0001 0022 0021" + kUdp4));
  EXPECT_EQ(converted(51, "1109 0000 0004 01010000"),
            only("020000000002 020000000001 8863 1109 0000 0004 01010000"));
  EXPECT_EQ(converted(219, "00010040 00020140" + kUdp4),
            only(kMacs4 + "8847 00010040 00020140" + kUdp4));
  EXPECT_EQ(converted(9, "ff03 0281 00020140" + kUdp4), only(kMacs4 + "8847 00020140" + kUdp4));
  EXPECT_EQ(converted(113, "0000 0001 0000 0000000000000000 8100 0064 0800" + kUdp4),
            only(kMacs4 + "8100 0064 0800" + kUdp4));
  // 802.2 without an EtherType: spanning tree.
  EXPECT_EQ(converted(113, "0002 0001 0006 020000000009 0000 0004 424203 0000000000"),
            only("020000000002 020000000009 0008 424203 0000000000"));
}

TEST(ToEthernet, WirelessFramesKeepTheirStations) {
  const std::string a1 = "0a0000000001", a2 = "0a0000000002", a3 = "0a0000000003";
  const std::string a4 = "0a0000000004";
  const std::string llc = kSnap + "0800" + kUdp4;
  const auto frame = [&](const std::string& to, const std::string& from) {
    return only(to + from + "0800" + kUdp4);
  };
  EXPECT_EQ(converted(105, "0800 0000" + a1 + a2 + a3 + "0000" + llc), frame(a1, a2));
  EXPECT_EQ(converted(105, "0801 0000" + a1 + a2 + a3 + "0000" + llc), frame(a3, a2));
  EXPECT_EQ(converted(105, "0802 0000" + a1 + a2 + a3 + "0000" + llc), frame(a1, a3));
  EXPECT_EQ(converted(105, "0803 0000" + a1 + a2 + a3 + "0000" + a4 + llc), frame(a3, a4));
  const std::string quality = "8801 0000" + a1 + a2 + a3 + "0000 0000";
  EXPECT_EQ(converted(105, quality + llc), frame(a3, a2));
  // Radiotap: padding after the header, a check sequence at the end.
  EXPECT_EQ(converted(127, "0000 0900 02000000 30" + quality + "0000" + llc + "deadbeef"),
            frame(a3, a2));
  EXPECT_EQ(converted(119, "44000000 90000000" + std::string(272, '0') + quality + llc),
            frame(a3, a2));
  for (const uint32_t link_type : {119u, 163u})
    EXPECT_EQ(converted(link_type, "80211001 00000040" + std::string(112, '0') + quality + llc),
              frame(a3, a2));
  const std::string common = "0200 1400 0000000000000000 0100 0000 0000000000000000 ";
  EXPECT_EQ(converted(192, "00 00 2000 69000000" + common + quality + llc + "deadbeef"),
            frame(a3, a2));
}

TEST(ToEthernet, AnAggregateBecomesItsFrames) {
  const std::string quality = "8802 0000 0a0000000001 0a0000000002 0a0000000003 0000 8000";
  const std::string llc = kSnap + "0800" + kUdp4;  // 40 bytes
  const std::string arp = kSnap + "88b5 01";       // 9 bytes
  const std::string one = "040000000001 040000000002 0009" + arp + "000000";
  const std::string two = "040000000003 040000000004 0028" + llc;
  EXPECT_EQ(converted(105, quality + one + two),
            (std::vector{joined("040000000001 040000000002 88b5 01"),
                         joined("040000000003 040000000004 0800" + kUdp4)}));
  EXPECT_EQ(converted(105, quality + one + "040000000003 040000000004 0029" + llc),
            std::vector<std::string>{"[incomplete]"})
      << "all of them or none";
}

TEST(ToEthernet, SwitchTagsAreTakenOff) {
  const std::string ip = "0800" + kUdp4;
  const std::string macs = "0a0000000001 0a0000000002 ";
  EXPECT_EQ(converted(281, macs + "20000000" + ip), only(macs + ip));
  EXPECT_EQ(converted(282, "20000000" + macs + ip), only(macs + ip));
  EXPECT_EQ(converted(284, macs + "c0080000" + ip), only(macs + ip));
  EXPECT_EQ(converted(285, macs + "dada0000 c0080000" + ip), only(macs + ip));
  // Marvell's contains the VLAN tag: priority 5, CFI, VLAN 0x123.
  EXPECT_EQ(converted(284, macs + "e009a123" + ip), only(macs + "8100 b123" + ip));
  EXPECT_EQ(converted(285, macs + "dada0000 e009a123" + ip), only(macs + "8100 b123" + ip));
}

TEST(ToEthernet, FramesBridgedOverOtherLinksAreTakenOut) {
  const std::string frame = kMacs4 + "0800" + kUdp4;
  EXPECT_EQ(converted(107, "0851 0300 80 0080c2 0007" + frame), only(frame));
  EXPECT_EQ(converted(107, "0851 0300 80 0080c2 0001" + frame + "deadbeef"), only(frame));
  EXPECT_EQ(converted(113, "0000 030a 0000 0000000000000000 6558" + frame), only(frame));
  EXPECT_EQ(converted(192, "00 00 0800 01000000" + frame), only(frame));
}

TEST(ToEthernet, ARefusalSaysWhy) {
  const auto refuses = [](uint32_t link_type, const std::string& text, const std::string& reason) {
    EXPECT_EQ(converted(link_type, text), std::vector{"[" + reason + "]"})
        << "link type " << link_type << ": " << text;
  };
  refuses(249, "00", "link type");  // USB
  refuses(201, "00", "link type");  // Bluetooth
  refuses(147, "00", "link type");
  refuses(101, "00", "protocol");  // neither version of IP
  refuses(101, "", "incomplete");
  refuses(9, "c021 01", "protocol");           // LCP
  refuses(104, "8f00 8035 0000", "protocol");  // SLARP, not RARP
  refuses(104, "8f00 2000 0000", "protocol");  // CDP
  refuses(0, "07000000 00", "protocol");
  refuses(113, "0000 0338 0000 0000000000000000 0000 00", "protocol");  // netlink
  refuses(113, "0000 0118 0000 0000000000000000 000c 00", "protocol");  // CAN
  refuses(113, "0000 0001 0000 00000000000000", "incomplete");
  const std::string rest = std::string(44, '0') + kSnap + "0800" + kUdp4;
  refuses(105, "8000 0000" + rest, "no payload");
  refuses(105, "c800 0000" + rest, "no payload");
  refuses(105, "8841 0000" + rest, "encrypted");
  refuses(105, "8805 0000" + rest, "fragment");
  refuses(239, "07 00 0000 2400 0900" + kUdp4, "protocol");
  refuses(107, "0000 0000 0000", "protocol");
}

TEST(ToEthernet, LinkTypesAreKnownInAdvance) {
  for (uint32_t link_type = 0; link_type < 300; ++link_type) {
    const bool refused =
        converted(link_type, kUdp4 + kUdp4) == std::vector<std::string>{"[link type]"};
    EXPECT_EQ(has_ethernet_form(link_type), !refused) << link_type;
  }
}

TEST(ToEthernet, WhatTheCaptureLacksTheFrameLacks) {
  EXPECT_EQ(converted(101, kUdp4, {}, 100), only(kMacs4 + "0800" + kUdp4));
  const std::string quality = "8801 0000 0a0000000001 0a0000000002 0a0000000003 0000 0000";
  // The check sequence is among the missing bytes.
  const Bytes bytes = hex("0000 0900 02000000 10" + quality + kSnap + "0800" + kUdp4);
  packet::FrameList out;
  const auto count = static_cast<uint32_t>(bytes.size());
  ASSERT_FALSE(to_ethernet(
      {.data = bytes.data(), .bytes = count, .original_bytes = count + 10, .link_type = 127}, {},
      out));
  ASSERT_EQ(out.frames().size(), 1u);
  EXPECT_EQ(out.frames()[0].bytes, 46u);
  EXPECT_EQ(out.frames()[0].original_bytes, 52u);
}

TEST(ToEthernet, AnyBytesAreReadWithinTheirBounds) {
  constexpr uint32_t kLinkTypes[] = {0,   9,   12,  50,  51,  101, 104, 105, 107, 108, 113, 119,
                                     127, 163, 192, 219, 228, 239, 258, 276, 281, 282, 284, 285};
  std::mt19937 random(1);
  for (unsigned round = 0; round < 20000; ++round) {
    const auto count = static_cast<uint32_t>(random() % 80);
    const auto bytes = std::make_unique<uint8_t[]>(count);
    std::generate_n(bytes.get(), count, [&] {
      return static_cast<uint8_t>(random() % 3 == 0 ? random() : random() % 13);
    });
    const packet::Frame packet{.data = bytes.get(),
                               .bytes = count,
                               .original_bytes = count + (random() % 2 != 0 ? 1000u : 0u),
                               .link_type = kLinkTypes[random() % std::size(kLinkTypes)]};
    packet::FrameList out;
    const auto refused = to_ethernet(packet, {}, out);
    ASSERT_EQ(refused.has_value(), out.frames().empty());
    for (const packet::Frame& frame : out.frames()) {
      ASSERT_LE(frame.bytes, frame.original_bytes);
      ASSERT_LE(frame.bytes, count + kMostEthernetGrowth);
      ASSERT_GE(frame.bytes, 14u);
    }
  }
}

}  // namespace
}  // namespace gophercap::rewrite
