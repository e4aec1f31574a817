// Checksums of what is rewritten.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "rewrite/network/crc32c.h"
#include "rewrite/network/network_for_test.h"

namespace gophercap::rewrite {
namespace {

TEST(RewriteChecksums, OnlyTheFirstFragmentHasPorts) {
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

TEST(RewriteChecksums, UdpWithoutChecksumStaysSo) {
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

TEST(RewriteChecksums, AComputedZeroOfUdpIsWrittenAsAllOnes) {
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
TEST(RewriteChecksums, PartialChecksumsStayPartial) {
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

TEST(RewriteChecksums, Sctp) {
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

TEST(RewriteChecksums, UdpLiteAndDccp) {
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

TEST(RewriteChecksums, EcnStays) {
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

TEST(RewriteChecksums, FixRecomputesWhatCanBe) {
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

// Lengths that contradict the frame do not keep addresses from changing.
TEST(RewriteChecksums, WrongLengths) {
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
