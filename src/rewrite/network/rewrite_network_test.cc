#include "rewrite/network/rewrite_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "rewrite/network/network_for_test.h"

namespace gophercap::rewrite {
namespace {

TEST(RewriteNetwork, WithoutRulesNothingChanges) {
  const Bytes packet = Packet().eth(0x0800).ip4().tcp().with(payload_of(10));
  Bytes same = packet;
  EXPECT_FALSE(rewrite_network(same.data(), static_cast<uint32_t>(same.size()), 64, 1, {}, 3));
  EXPECT_EQ(same, packet);
  EXPECT_TRUE(NetworkRules().empty());
}

TEST(RewriteNetwork, Arp) {
  for (const char* operation : {"0001", "0002", "0008"}) {
    const std::string head = std::string("ffffffffffff020000000001 0806 0001080006 04") + operation;
    EXPECT_EQ(rewritten(hex(head + "020000000001 0a000001 000000000000 0a000002"), usual()),
              hex(head + "020000000001 2c000001 000000000000 2c000002"));
  }
  // Not of IPv4, and cut.
  const Bytes other =
      hex("ffffffffffff020000000001 0806 0001080006 10 0001 0a0000010a0000010a000001");
  EXPECT_EQ(rewritten(other, usual()), other);
  const Bytes cut =
      hex("ffffffffffff020000000001 0806 0001080006 04 0001 020000000001 0a000001 0000");
  EXPECT_EQ(hex_of(rewritten(cut, usual())).substr(56, 8), "2c000001");
}

TEST(RewriteNetwork, IcmpQuotesWithTheirPorts) {
  const auto error = [](const char* source, const char* destination, const char* port) {
    Bytes udp = hex(std::string("c000") + port + "0008ffff");
    // Only the first eight bytes of the datagram are quoted; its checksum is right for no data.
    udp = summed(udp, 6, std::string(source) + destination, 17);
    const Bytes message =
        summed(hex("0303000000000000") + ipv4(17, 8, source, destination) + udp, 2);
    return hex(kEth4) + ipv4(1, message.size(), "c0a80001", source) + message;
  };
  EXPECT_EQ(rewritten(error("0a000001", "0a000002", "01bb"), usual()),
            error("2c000001", "2c000002", "20fb"));
}

TEST(RewriteNetwork, IcmpRedirect) {
  const auto redirect = [](const char* gateway, const char* source) {
    const Bytes message = summed(hex(std::string("05010000") + gateway) +
                                     ipv4(6, 40, source, "08080808") + hex("1111222200000001"),
                                 2);
    return hex(kEth4) + ipv4(1, message.size(), gateway, source) + message;
  };
  EXPECT_EQ(rewritten(redirect("0a0000fe", "0a000001"), usual()), redirect("2c0000fe", "2c000001"));
}

TEST(RewriteNetwork, TtlAndDscpStayInQuotes) {
  NetworkRules rules;
  rules.ttl = 9;
  rules.dscp = 63;
  const Bytes message = summed(
      hex("0b00000000000000") + ipv4(17, 8, "0a000001", "0a000002") + hex("c000003500080000"), 2);
  const Bytes before = hex(kEth4) + ipv4(1, message.size(), "c0a80001", "0a000001") + message;
  const Bytes after = rewritten(before, rules);
  EXPECT_EQ(part_of(after, 34, message.size()), message);
  EXPECT_EQ(after[15], 63 << 2);
  EXPECT_EQ(after[22], 9);
}

TEST(RewriteNetwork, NeighborDiscovery) {
  // Solicitation, advertisement, redirect with the packet that caused it.
  const auto message = [](const std::string& a1, const std::string& a2, int kind) {
    Bytes body;
    if (kind == 0) body = hex("8700000000000000" + a2 + "0101020000000001");
    if (kind == 1) body = hex("8800000060000000" + a2 + "0201020000000001");
    if (kind == 2) {
      const Bytes quoted = ipv6(59, 0, a1, a2);
      body = hex("8900000000000000" + a1 + a2 + "0406000000000000") + quoted;
    }
    body = summed(body, 2, a1 + a2, 58);
    Bytes packet = hex(kEth6) + ipv6(58, body.size(), a1, a2) + body;
    packet[21] = 255;
    return packet;
  };
  for (const int kind : {0, 1, 2}) {
    EXPECT_EQ(rewritten(message(kFd1, kFd2, kind), usual()), message(kDb1, kDb2, kind)) << kind;
    NetworkRules rules;
    rules.ttl = 5;
    EXPECT_EQ(rewritten(message(kFd1, kFd2, kind), rules)[21], 255);  // or it would be ignored
  }
}

TEST(RewriteNetwork, RouterAdvertisement) {
  const auto message = [](const std::string& network, const std::string& half,
                          const std::string& server, const std::string& source) {
    Bytes body = hex("8600000040000708 0000000000000000 0304 40c0 00278d0000093a8000000000" +
                     network + "0304 10c0 00278d0000093a8000000000" + half + "1802 3008 00000e10" +
                     network.substr(0, 16) + "1903 0000 00000e10" + server);
    body = summed(body, 2, source + "ff020000000000000000000000000001", 58);
    Bytes packet =
        hex(kEth6) + ipv6(58, body.size(), source, "ff020000000000000000000000000001") + body;
    packet[21] = 255;
    return packet;
  };
  const std::string net = "fd000000000100000000000000000000";
  const std::string moved = "20010db8000100000000000000000000";
  const std::string large = "fd000000000000000000000000000000";  // fd00::/16 does not move as one
  EXPECT_EQ(rewritten(message(net, large, kFd1, kFd2), usual()), message(moved, large, kDb1, kDb2));
}

TEST(RewriteNetwork, Icmpv6Quote) {
  const auto error = [](const std::string& a1, const std::string& a2, const char* port) {
    Bytes body = hex("0104000000000000") + ipv6(6, 20, a1, a2) +
                 hex(std::string("c000") + port + "00000001000000005002000000000000");
    body = summed(body, 2, a2 + a1, 58);
    return hex(kEth6) + ipv6(58, body.size(), a2, a1) + body;
  };
  NetworkRules rules = usual();
  const Bytes after = rewritten(error(kFd1, kFd2, "01bb"), rules);
  const Bytes expected = error(kDb1, kDb2, "20fb");
  // The checksum of TCP in the quote was wrong, and is wrong by as much; so compare without it.
  EXPECT_EQ(part_of(after, 0, 56), part_of(expected, 0, 56));
  EXPECT_EQ(part_of(after, 58, 60), part_of(expected, 58, 60));
  EXPECT_EQ(Packet::sum(after, 54, after.size(), hex(kDb2 + kDb1 + "000000440000003a")), 0);
}

TEST(RewriteNetwork, Ipv4Options) {
  // Record route (one of two recorded), loose route ahead, timestamps with addresses.
  const auto packet = [](const char* o1, const char* o2, const char* o3, const char* source,
                         const char* last) {
    const std::string options =
        std::string("070b08") + o1 + "0a0a0a0a" + "01 830b04" + o2 + last + "00";
    const std::string stamp = std::string("440c0d01") + o3 + "00000001";
    const Bytes tcp =
        summed(hex("c00001bb00000001000000005002000000000000"), 16, std::string(source) + last, 6);
    return hex(kEth4) + ipv4(6, tcp.size(), source, "0a000009", stamp + options) + tcp;
  };
  NetworkRules rules = usual();
  rules.ports = {};
  Bytes expected = packet("2c000003", "2c000004", "2c000005", "2c000001", "2c000007");
  expected[30] = 0x2c;  // the destination for now
  put16(expected, 24, 0);
  put16(expected, 24, Packet::sum(expected, 14, 14 + 20 + 36));
  EXPECT_EQ(
      hex_of(rewritten(packet("0a000003", "0a000004", "0a000005", "0a000001", "0a000007"), rules)),
      hex_of(expected));
}

TEST(RewriteNetwork, Ipv6RoutesAndHomeAddresses) {
  const std::string f9 = "fd000000000000000000000000000009";
  const std::string d9 = "20010db8000000000000000000000009";
  for (const int type : {0, 2, 4}) {
    const auto packet = [type](const std::string& a1, const std::string& a2,
                               const std::string& a9) {
      const std::string kind = std::string("0") + std::to_string(type);
      Bytes route = hex("1102" + kind + "0100000000" + a9);
      // UDP sums the last address of the route.
      const Bytes udp = summed(hex("c000003500080000"), 6, a1 + a9, 17);
      return hex(kEth6) + ipv6(43, route.size() + 8, a1, a2) + route + udp;
    };
    EXPECT_EQ(rewritten(packet(kFd1, kFd2, f9), usual()), packet(kDb1, kDb2, d9)) << type;
  }
  const auto mobile = [](const std::string& a1, const std::string& a2, const std::string& home) {
    const Bytes option = hex("1102 0102 0000 c910" + home);
    const Bytes udp = summed(hex("c000003500080000"), 6, home + a2, 17);
    return hex(kEth6) + ipv6(60, option.size() + 8, a1, a2) + option + udp;
  };
  EXPECT_EQ(rewritten(mobile(kFd1, kFd2, f9), usual()), mobile(kDb1, kDb2, d9));
}

TEST(RewriteNetwork, LoopsHaveOtherAddressesInBothDirections) {
  NetworkRules rules;
  rules.unique_addresses = true;
  const Packet packet = Packet().eth(0x0800).ip4().tcp();
  const Bytes there = packet.with({});
  Bytes back = there;
  std::swap_ranges(back.begin() + 26, back.begin() + 30, back.begin() + 30);
  EXPECT_EQ(rewritten(there, rules, 1, 0), there);
  const Bytes there1 = rewritten(there, rules, 1, 1);
  const Bytes back1 = rewritten(back, rules, 1, 1);
  EXPECT_NE(part_of(there1, 26, 4), part_of(there, 26, 4));
  EXPECT_EQ(part_of(there1, 26, 4), part_of(back1, 30, 4));
  EXPECT_EQ(part_of(there1, 30, 4), part_of(back1, 26, 4));
  EXPECT_EQ(there1[26], 10);
}

}  // namespace
}  // namespace gophercap::rewrite
