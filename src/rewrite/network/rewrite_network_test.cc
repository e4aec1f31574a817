#include "rewrite/network/rewrite_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "rewrite/network/crc32c.h"
#include "rewrite/network/rule_text.h"
#include "rewrite/packet_for_test.h"
#include "testing/hex.h"

namespace gophercap::rewrite {
namespace {

using testing::hex;
using testing::hex_of;

NetworkRules rules_of(std::initializer_list<const char*> addresses,
                      std::initializer_list<const char*> ports = {}) {
  std::vector<PrefixPair> prefixes;
  for (const char* text : addresses) prefixes.push_back(*parse_prefix_pair(text));
  std::vector<PortPair> pairs;
  for (const char* text : ports) pairs.push_back(*parse_port_pair(text));
  NetworkRules rules;
  rules.addresses = *AddressMap::make(prefixes);
  rules.ports = *PortMap::make(pairs);
  return rules;
}
// 10.0.0.1 and .2 become 44.0.0.1 and .2; fd00::1 and ::2 become 2001:db8::1 and ::2.
NetworkRules usual() {
  return rules_of({"10.0.0.0/8=44.0.0.0/8", "fd00::/32=2001:db8::/32"}, {"443=8443"});
}

Bytes rewritten(Bytes bytes, const NetworkRules& rules, uint32_t link_type = 1, uint64_t loop = 0,
                uint32_t more = 0) {
  const auto length = static_cast<uint32_t>(bytes.size());
  bytes.shrink_to_fit();
  rewrite_network(bytes.data(), length, length + more, link_type, rules, loop);
  return bytes;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// The header of an IPv4 packet with a correct checksum.
Bytes ipv4(uint8_t protocol, size_t payload, const std::string& source,
           const std::string& destination, const std::string& options = "") {
  Bytes header = hex("4500000000000000400000 00") + hex(source) + hex(destination) + hex(options);
  header[0] = static_cast<uint8_t>(0x40 + header.size() / 4);
  header[9] = protocol;
  put16(header, 2, header.size() + payload);
  put16(header, 10, Packet::sum(header, 0, header.size()));
  return header;
}
Bytes ipv6(uint8_t protocol, size_t payload, const std::string& source,
           const std::string& destination) {
  Bytes header = hex("600000000000 00 40") + hex(source) + hex(destination);
  header[6] = protocol;
  put16(header, 4, payload);
  return header;
}
const std::string kFd1 = "fd000000000000000000000000000001";
const std::string kFd2 = "fd000000000000000000000000000002";
const std::string kDb1 = "20010db8000000000000000000000001";
const std::string kDb2 = "20010db8000000000000000000000002";
const std::string kEth4 = "020000000001 020000000002 0800";
const std::string kEth6 = "020000000001 020000000002 86dd";

// `message` with its checksum at that offset. With addresses, they and the protocol are summed too.
Bytes summed(Bytes message, size_t field, const std::string& addresses = "", uint8_t protocol = 0) {
  Bytes pseudo = hex(addresses);
  if (!pseudo.empty()) {
    const auto length = static_cast<uint8_t>(message.size());
    pseudo = pseudo + Bytes{0, 0, 0, length, 0, 0, 0, protocol};
  }
  put16(message, field, 0);
  put16(message, field, Packet::sum(message, 0, message.size(), pseudo));
  return message;
}

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

TEST(RewriteNetwork, OnlyTheFirstFragmentHasPorts) {
  const auto fragment = [](uint16_t offset) {
    return Packet()
        .eth(0x0800)
        .ip4({.protocol = 17, .fragment = offset})
        .with(hex("01bb01bb01bb01bb"));
  };
  const Bytes first = rewritten(fragment(0x2000), usual());
  EXPECT_EQ(hex_of(part_of(first, 34, 4)), "20fb20fb");
  const Bytes later = rewritten(fragment(0x0010), usual());
  EXPECT_EQ(hex_of(part_of(later, 26, 16)), "2c0000012c00000201bb01bb01bb01bb");
  EXPECT_EQ(Packet::sum(later, 14, 34), 0);
}

TEST(RewriteNetwork, UdpWithoutChecksumStaysSo) {
  const Packet packet = Packet().eth(0x0800).ip4({.protocol = 17}).udp(443, false);
  for (const bool fix : {false, true}) {
    NetworkRules rules = usual();
    rules.fix_checksums = fix;
    const Bytes after = rewritten(packet.with(payload_of(9)), rules);
    EXPECT_EQ(get16(after, 40), 0);
    EXPECT_EQ(get16(after, 36), 8443);
  }
  NetworkRules rules;
  rules.fix_checksums = true;
  const Packet over_ipv6 = Packet().eth(0x86dd).ip6(17).udp(443, false);
  EXPECT_NE(get16(rewritten(over_ipv6.with(payload_of(9)), rules), 60), 0);
}

TEST(RewriteNetwork, AComputedZeroOfUdpIsWrittenAsAllOnes) {
  Packet packet = Packet().eth(0x0800).ip4({.protocol = 17}).udp(53);
  Bytes bytes = packet.with(payload_of(8));
  // The new addresses add 0x4400; choose data so that the sum becomes 0xffff.
  const uint16_t wanted = get16(bytes, 40);
  put16(bytes, 42, get16(bytes, 42) + wanted);
  packet.seal(bytes, 2);
  const uint16_t now = get16(bytes, 40);
  EXPECT_TRUE(now == 0xffff);
  NetworkRules rules = rules_of({"10.0.0.0/8=44.0.0.0/8"});
  Bytes there = rewritten(bytes, rules);
  EXPECT_NE(get16(there, 40), 0);
  EXPECT_EQ(rewritten(there, rules), bytes);
}

// What Linux and Windows put into the field before a card computes the checksum.
TEST(RewriteNetwork, PartialChecksumsStayPartial) {
  for (const bool with_length : {true, false}) {
    const auto packet = [with_length](uint8_t network, uint16_t port) {
      Bytes bytes = Packet().eth(0x0800).ip4().tcp({.destination_port = port}).with(payload_of(30));
      bytes[26] = bytes[30] = network;
      put16(bytes, 24, 0);
      put16(bytes, 24, Packet::sum(bytes, 14, 34));
      const Bytes pseudo = part_of(bytes, 26, 8) + hex(with_length ? "00060032" : "00060000");
      put16(bytes, 50, static_cast<uint16_t>(~Packet::sum(pseudo, 0, pseudo.size())));
      return bytes;
    };
    EXPECT_EQ(rewritten(packet(10, 443), usual()), packet(44, 8443));
    NetworkRules rules = usual();
    rules.fix_checksums = true;
    Packet seal = Packet().eth(0x0800).ip4().tcp();
    Bytes fixed = packet(44, 8443);
    seal.seal(fixed, 2);
    EXPECT_EQ(rewritten(packet(10, 443), rules), fixed);
  }
}

TEST(RewriteNetwork, Sctp) {
  const auto packet = [](const char* addresses, const char* port, uint32_t wrong) {
    Bytes chunk = hex(std::string("c000") + port +
                      "12345678 00000000 0003001400000001000000020000000361626364");
    const uint32_t crc = ~crc32c_continued(~0u, chunk.data(), chunk.size()) ^ wrong;
    for (int i = 0; i < 4; ++i)
      chunk[8u + static_cast<size_t>(i)] = static_cast<uint8_t>(crc >> (8 * i));
    const std::string a = addresses;
    return hex(kEth4) + ipv4(132, chunk.size(), a.substr(0, 8), a.substr(8)) + chunk;
  };
  const char* const before = "0a0000010a000002";
  const char* const after = "2c0000012c000002";
  EXPECT_EQ(rewritten(packet(before, "01bb", 0), usual()), packet(after, "20fb", 0));
  EXPECT_EQ(rewritten(packet(before, "01bb", 0x1357), usual()), packet(after, "20fb", 0x1357));
  EXPECT_EQ(rewritten(packet(before, "01bc", 0x1357), usual()), packet(after, "01bc", 0x1357));
  NetworkRules fix = usual();
  fix.fix_checksums = true;
  EXPECT_EQ(rewritten(packet(before, "01bb", 0x1357), fix), packet(after, "20fb", 0));
  // Of a packet cut by the snap length, too.
  Bytes cut = packet(before, "01bb", 0);
  cut.resize(50);
  EXPECT_EQ(rewritten(cut, usual(), 1, 0, 16), part_of(packet(after, "20fb", 0), 0, 50));
}

TEST(RewriteNetwork, UdpLiteAndDccp) {
  const auto packet = [](uint8_t protocol, const std::string& addresses, const std::string& port) {
    // Only the first 12 (UDP-Lite: 8) of 16 bytes are covered.
    Bytes all = protocol == 136 ? hex("c000" + port + "00080000 6162636465666768")
                                : hex("c000" + port + "03010000 0000000061626364");
    const size_t covered = protocol == 136 ? 8 : 12;
    const Bytes pseudo = hex(addresses + "00") + Bytes{protocol} + hex("0010");
    put16(all, 6, Packet::sum(all, 0, covered, pseudo));
    return hex(kEth4) + ipv4(protocol, 16, addresses.substr(0, 8), addresses.substr(8)) + all;
  };
  for (const uint8_t protocol : {uint8_t{136}, uint8_t{33}}) {
    const Bytes expected = packet(protocol, "2c0000012c000002", "20fb");
    EXPECT_EQ(rewritten(packet(protocol, "0a0000010a000002", "01bb"), usual()), expected);
    NetworkRules rules = usual();
    rules.fix_checksums = true;
    Bytes wrong = packet(protocol, "0a0000010a000002", "01bb");
    wrong[40] ^= 0x55;
    EXPECT_EQ(rewritten(wrong, rules), expected);
  }
}

TEST(RewriteNetwork, EcnStays) {
  for (uint8_t ecn = 0; ecn < 4; ++ecn) {
    NetworkRules rules;
    rules.dscp = 10;
    Packet four = Packet().eth(0x0800).ip4().tcp();
    Bytes bytes = four.with({});
    bytes[15] = static_cast<uint8_t>(46 << 2 | ecn);
    four.seal(bytes, 1);
    Bytes expected = bytes;
    expected[15] = static_cast<uint8_t>(10 << 2 | ecn);
    four.seal(expected, 1);
    EXPECT_EQ(rewritten(bytes, rules), expected);
    Bytes six = Packet().eth(0x86dd).ip6(6).tcp().with({});
    six[14] = 0x6b;
    six[15] = static_cast<uint8_t>(0x80 | ecn << 4 | 0x0c);
    const Bytes after = rewritten(six, rules);
    EXPECT_EQ(after[14], 0x62);
    EXPECT_EQ(after[15], static_cast<uint8_t>(0x80 | ecn << 4 | 0x0c));
  }
}

TEST(RewriteNetwork, FixRecomputesWhatCanBe) {
  NetworkRules rules;
  rules.fix_checksums = true;
  EXPECT_FALSE(rules.empty());
  const Packet packet = Packet().eth(0x0800).ip4().tcp();
  const Bytes right = packet.with(payload_of(31));
  Bytes wrong = right;
  wrong[24] ^= 1;
  wrong[50] ^= 1;
  EXPECT_EQ(rewritten(wrong, rules), right);
  EXPECT_EQ(rewritten(wrong + hex("000000000000"), rules), right + hex("000000000000"));  // padding
  // The end of a cut packet is not known, so only its IP header can be fixed.
  Bytes cut = part_of(wrong, 0, 60);
  Bytes expected = cut;
  expected[24] = right[24];
  EXPECT_EQ(rewritten(cut, rules, 1, 0, 25), expected);
}

// ---- where headers are ----

TEST(RewriteNetwork, LinkTypes) {
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

TEST(RewriteNetwork, Tunnels) {
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
TEST(RewriteNetwork, Teredo) {
  const auto packet = [](const std::string& a1, const std::string& a2, const std::string& end) {
    const Bytes udp = hex("c0000dd8 0000 0000 0000aaaabbbbbbbb") + ipv6(59, 0, a1, a2) + hex(end);
    return hex(kEth4) + ipv4(17, udp.size(), "c0a80001", "c0a80002") + udp;
  };
  const std::string teredo = "20010000000000000000000000000001";
  EXPECT_EQ(rewritten(packet(kFd1, kFd2, ""), usual()), packet(kDb1, kDb2, ""));
  EXPECT_EQ(rewritten(packet(kFd1, teredo, "03040506"), usual()), packet(kDb1, teredo, "03040506"));
  EXPECT_EQ(rewritten(packet(kFd1, kFd2, "03040506"), usual()), packet(kFd1, kFd2, "03040506"));
}

TEST(RewriteNetwork, PacketsOutsideTunnelsChangeOnBothSides) {
  const Bytes before = Packet().eth(0x0800).ip4().tcp().with(payload_of(3));
  NetworkRules rules = usual();
  const Bytes after = rewritten(before, rules);
  EXPECT_NE(after, before);
  for (const TunnelSide side : {TunnelSide::kInside, TunnelSide::kOutside}) {
    rules.side = side;
    EXPECT_EQ(rewritten(before, rules), after);
  }
}

TEST(RewriteNetwork, TunnelsAreFoundByTheirCapturedPorts) {
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

// Lengths that contradict the frame do not keep addresses from changing.
TEST(RewriteNetwork, WrongLengths) {
  for (const uint16_t total : std::initializer_list<uint16_t>{0, 19, 21, 5000}) {
    Packet packet = Packet().eth(0x0800).ip4().tcp();
    Bytes bytes = packet.with(payload_of(4));
    put16(bytes, 16, total);
    put16(bytes, 24, 0);
    put16(bytes, 24, Packet::sum(bytes, 14, 34));
    NetworkRules rules = usual();
    rules.fix_checksums = true;
    const Bytes after = rewritten(bytes, rules);
    EXPECT_EQ(hex_of(part_of(after, 26, 8)), "2c0000012c000002") << total;
    EXPECT_EQ(Packet::sum(after, 14, 34), 0) << total;
    EXPECT_EQ(get16(after, 36), total == 21 ? 443 : 8443) << total;
  }
}

}  // namespace
}  // namespace gophercap::rewrite
