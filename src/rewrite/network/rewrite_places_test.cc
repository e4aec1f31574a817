// Where headers are found.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "rewrite/network/network_for_test.h"

namespace gophercap::rewrite {
namespace {

TEST(RewritePlaces, LinkTypes) {
  const Bytes before = ipv4(59, 0, "0a000001", "0a000002");
  const Bytes after = ipv4(59, 0, "2c000001", "2c000002");
  struct Link {
    uint32_t type;
    const char* header;
  };
  for (const Link& link : std::initializer_list<Link>{
           {101, ""},
           {228, ""},
           {12, ""},
           {0, "02000000"},
           {108, "00000002"},
           {9, "ff030021"},
           {9, "21"},
           {50, "0f000800"},
           {51, "1100000100160021"},
           {104, "0f000800"},
           {107, "184103cc"},
           {113, "000000010006020000000001 0000 0800"},
           {276, "08000000000000010001 0006 0200000000010000"},
           {219, "0000104000001140"},
           {105, "0801000002000000000102000000000202000000000300 00 aaaa030000000800"},
           {282, "00000000 020000000001 020000000002 0800"},
           {281, "020000000001 020000000002 00000000 0800"},
           {1, "020000000001 020000000002 8100 0007 0800"},
           {1, "020000000001 020000000002 88a8 0007 8100 0007 0800"},
           {1, "020000000001 020000000002 0036 aaaa030000000800"},
           {1, "020000000001 020000000002 8847 0000104000001140"},
           {1, "020000000001 020000000002 8847 00001140 00000000 020000000001 020000000002 0800"},
           {1, "020000000001 020000000002 8864 1100000100160021"},
           {1, "020000000001 020000000002 88e7 00000001 020000000001 020000000002 0800"},
           {1, "020000000001 020000000002 894f 0002010100000001"}}) {
    EXPECT_EQ(rewritten(hex(link.header) + before, usual(), link.type), hex(link.header) + after)
        << link.type << ' ' << link.header;
  }
  const Bytes unknown = hex("00") + before;
  EXPECT_EQ(rewritten(unknown, usual(), 147), unknown);
}

TEST(RewritePlaces, Tunnels) {
  const Bytes before = ipv4(59, 0, "0a000001", "0a000002");
  const Bytes after = ipv4(59, 0, "2c000001", "2c000002");
  struct Kind {
    uint8_t protocol;
    const char* header;
  };
  for (const Kind& kind : std::initializer_list<Kind>{
           {4, ""},
           {47, "00000800"},
           {47, "30000800 00000001 00000002"},
           {47, "3081880b 00160001 00000001 00000001 ff030021"},
           {47, "00006558 020000000001 020000000002 0800"},
           {47, "000088be 020000000001 020000000002 0800"},
           {47, "100088be 00000001 1001000100000000 020000000001 020000000002 0800"},
           {47, "100022eb 00000001 200100010000000000000000 020000000001 020000000002 0800"},
           {47,
            "100022eb 00000001 200100010000000000000001 0000000000000000 020000000001"
            "020000000002 0800"},
           {47, "0000883e 00010203"},
           {97, "3000 020000000001 020000000002 0800"},
           {137, "00001140"},
           {17, "c00012b500000000 0800000000000500 020000000001 020000000002 0800"},
           {17, "c00012b600000000 0c00000100000500"},
           {17, "c00017c100000000 0100080000000100 00000000"},
           {17, "c000086800000000 30ff001400000001"},
           {17, "c000086800000000 34ff001c00000001 00000085 01000000"},
           {17, "c00006a500000000 4002001e00010001 ff030021"},
           {17, "0868c00000000000 30ff001400000001"},
           {17, "06a5c00000000000 4002001e00010001 ff030021"},
           {17, "c00019eb00000000 00001140"}}) {
    const Bytes header = hex(kind.header);
    const auto packet = [&](const char* source, const Bytes& inner) {
      return hex(kEth4) + ipv4(kind.protocol, header.size() + inner.size(), source, "c0a80001") +
             header + inner;
    };
    NetworkRules rules = usual();
    EXPECT_EQ(rewritten(packet("0a000005", before), rules), packet("2c000005", after))
        << kind.header;
    rules.side = TunnelSide::kOutside;
    EXPECT_EQ(rewritten(packet("0a000005", before), rules), packet("2c000005", before));
    rules.side = TunnelSide::kInside;
    EXPECT_EQ(rewritten(packet("0a000005", before), rules), packet("0a000005", after));
  }
}

// The port alone does not make a tunnel: the lengths must fit, or the prefix of Teredo must occur.
TEST(RewritePlaces, Teredo) {
  const auto packet = [](const std::string& a1, const std::string& a2, const std::string& end) {
    const Bytes udp = hex("c0000dd8 0000 0000 0000aaaabbbbbbbb") + ipv6(59, 0, a1, a2) + hex(end);
    return hex(kEth4) + ipv4(17, udp.size(), "c0a80001", "c0a80002") + udp;
  };
  const std::string teredo = "20010000000000000000000000000001";
  EXPECT_EQ(rewritten(packet(kFd1, kFd2, ""), usual()), packet(kDb1, kDb2, ""));
  EXPECT_EQ(rewritten(packet(kFd1, teredo, "03040506"), usual()), packet(kDb1, teredo, "03040506"));
  EXPECT_EQ(rewritten(packet(kFd1, kFd2, "03040506"), usual()), packet(kFd1, kFd2, "03040506"));
}

TEST(RewritePlaces, PacketsOutsideTunnelsChangeOnBothSides) {
  const Bytes before = Packet().eth(0x0800).ip4().tcp().with(payload_of(3));
  NetworkRules rules = usual();
  const Bytes after = rewritten(before, rules);
  EXPECT_NE(after, before);
  for (const TunnelSide side : {TunnelSide::kInside, TunnelSide::kOutside}) {
    rules.side = side;
    EXPECT_EQ(rewritten(before, rules), after);
  }
}

TEST(RewritePlaces, TunnelsAreFoundByTheirCapturedPorts) {
  const auto packet = [](uint16_t port, uint8_t network) {
    Packet stack =
        Packet().eth(0x0800).ip4({.protocol = 17}).udp(port).vxlan().eth(0x0800).ip4().tcp();
    Bytes bytes = stack.with(payload_of(5));
    bytes[14 + 12] = bytes[14 + 16] = network;
    bytes[64 + 12] = bytes[64 + 16] = network;
    for (size_t i = 7; i-- > 0;) stack.seal(bytes, i);
    return bytes;
  };
  EXPECT_EQ(rewritten(packet(4789, 10), rules_of({"10.0.0.0/8=44.0.0.0/8"}, {"4789=5000"})),
            packet(5000, 44));
}

}  // namespace
}  // namespace gophercap::rewrite
