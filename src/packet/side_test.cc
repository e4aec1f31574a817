#include "packet/side.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "testing/hex.h"

namespace gophercap::packet {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::hex;

constexpr Side kClient = Side::kClient;
constexpr Side kServer = Side::kServer;

std::string hex16(uint32_t number) {
  constexpr char kDigits[] = "0123456789abcdef";
  return {kDigits[number >> 12 & 15], kDigits[number >> 8 & 15], kDigits[number >> 4 & 15],
          kDigits[number & 15]};
}

// 10.0.0.1 is the lower address.
struct Ip {
  std::string source = "0a000001";
  std::string destination = "0a000002";
  std::string fragment = "0000";  // flags and offset
};
std::string ipv4(uint8_t protocol, const std::string& payload, const Ip& ip = {}) {
  return "45000000 1234" + ip.fragment + "40" + hex16(protocol).substr(2) + "0000" + ip.source +
         ip.destination + payload;
}
const Ip kBack{.source = "0a000002", .destination = "0a000001"};

std::string ethernet(const std::string& ip) {
  return "020000000001 020000000002 0800" + ip;
}
std::string udp(uint32_t from, uint32_t to) {
  return hex16(from) + hex16(to) + "00000000";
}
std::string tcp(uint32_t from, uint32_t to, const std::string& flags = "10") {
  return hex16(from) + hex16(to) + "00000000 00000000 50" + flags + "0000 00000000";
}

SideClues clues(const Bytes& bytes, uint32_t link_type = kLinkTypeEthernet) {
  const auto size = static_cast<uint32_t>(bytes.size());
  return side_clues({bytes.data(), size, size, link_type});
}
SideClues clues(const std::string& digits) {
  return clues(hex(digits));
}
Side rule(const std::string& digits) {
  return clues(digits).by_rule;
}
Side udp_rule(uint32_t from, uint32_t to, const Ip& ip = {}) {
  return rule(ethernet(ipv4(17, udp(from, to), ip)));
}
Side tcp_rule(uint32_t from, uint32_t to, const Ip& ip = {}) {
  return rule(ethernet(ipv4(6, tcp(from, to), ip)));
}

TEST(Side, OfPortsTheLowerOneIsTheServer) {
  EXPECT_EQ(tcp_rule(40000, 80), kClient);
  EXPECT_EQ(tcp_rule(80, 40000, kBack), kServer);
  EXPECT_EQ(udp_rule(5000, 4999), kClient);
  EXPECT_EQ(udp_rule(4999, 5000), kServer);
  // Equal ports: the lower address is the client.
  EXPECT_EQ(tcp_rule(179, 179), kClient);
  EXPECT_EQ(tcp_rule(179, 179, kBack), kServer);
}

TEST(Side, SomeUdpServicesAreServersOnHigherPortsToo) {
  EXPECT_EQ(udp_rule(20, 53), kClient);
  EXPECT_EQ(udp_rule(53, 20), kServer);
  EXPECT_EQ(udp_rule(68, 67), kClient);
  EXPECT_EQ(udp_rule(67, 68, {.destination = "ffffffff"}), kServer);
  EXPECT_EQ(udp_rule(546, 547), kClient);
  EXPECT_EQ(udp_rule(547, 546), kServer);
  const auto dns = [](const std::string& flags, const Ip& ip) {
    return rule(ethernet(ipv4(17, udp(53, 53) + "1234" + flags + "0000000000000000", ip)));
  };
  EXPECT_EQ(dns("0100", {}), kClient);
  EXPECT_EQ(dns("0100", kBack), kClient) << "a question";
  EXPECT_EQ(dns("8180", {}), kServer) << "an answer";
  EXPECT_EQ(udp_rule(53, 53), kClient);
  EXPECT_EQ(udp_rule(53, 53, kBack), kServer);
}

TEST(Side, TunnelsAreSplitByTheirAddresses) {
  EXPECT_EQ(udp_rule(50000, 4789), kClient);
  EXPECT_EQ(udp_rule(50001, 4789, kBack), kServer);
  EXPECT_EQ(rule(ethernet(ipv4(47, "00006558"))), kClient);
  EXPECT_EQ(rule(ethernet(ipv4(47, "00006558", kBack))), kServer);
}

TEST(Side, WhoeverSendsToAGroupIsTheClient) {
  const Ip from_higher{.source = "0a0000ff", .destination = "e0000001"};
  EXPECT_EQ(udp_rule(5353, 5353, {.source = "ff000001", .destination = "e00000fb"}), kClient);
  EXPECT_EQ(udp_rule(100, 5353, from_higher), kClient);
  EXPECT_EQ(rule(ethernet(ipv4(2, "1100", from_higher))), kClient);
  EXPECT_EQ(rule("ffffffffffff 020000000002 88cc 0000"), kClient);
  EXPECT_EQ(rule("020000000001 020000000002 88cc 0000"), kServer);
  EXPECT_EQ(rule("020000000002 020000000001 88cc 0000"), kClient);
}

TEST(Side, WhoeverAsksIsTheClient) {
  const auto icmp = [](const std::string& type, const Ip& ip) {
    return rule(ethernet(ipv4(1, type + "00000000000000", ip)));
  };
  EXPECT_EQ(icmp("08", kBack), kClient);
  EXPECT_EQ(icmp("00", {}), kServer);
  EXPECT_EQ(icmp("29", {}), kClient) << "an unknown type goes by the addresses";
  EXPECT_EQ(icmp("29", kBack), kServer);
  const auto icmp6 = [](const std::string& type) {
    return rule("020000000001 020000000002 86dd 60000000 0008 3a 40" + std::string(31, '0') + "2" +
                std::string(31, '0') + "1" + type + "00000000000000");
  };
  EXPECT_EQ(icmp6("80"), kClient);
  EXPECT_EQ(icmp6("81"), kServer);
  EXPECT_EQ(icmp6("87"), kClient);
  EXPECT_EQ(icmp6("88"), kServer);
  const auto arp = [](const std::string& to, const std::string& operation) {
    return rule(to + "020000000002 8100 0005 0806 0001 0800 06 04" + operation +
                "020000000002 0a000002 000000000000 0a000001");
  };
  EXPECT_EQ(arp("ffffffffffff", "0001"), kClient);
  EXPECT_EQ(arp("020000000001", "0002"), kServer);
}

TEST(Side, AnErrorComesFromTheOtherSideOfWhatItQuotes) {
  const auto error = [](const std::string& quoted, const Ip& ip) {
    return clues(ethernet(ipv4(1, "0301000000000000" + quoted, ip)));
  };
  const std::string quoted_bytes = hex16(40000) + hex16(80) + "00000000";  // eight, as of old
  const SideClues about_tcp = error(ipv4(6, quoted_bytes), kBack);
  EXPECT_EQ(about_tcp.by_rule, kServer);
  EXPECT_EQ(about_tcp.key, clues(ethernet(ipv4(6, tcp(40000, 80)))).key);
  EXPECT_EQ(about_tcp.opening, SideClues::Opening::kNone);
  EXPECT_EQ(error(ipv4(17, udp(53, 40000)), kBack).by_rule, kClient);
  EXPECT_EQ(error(ipv4(1, "0800000000000000", kBack), {}).by_rule, kServer);
  // What quotes nothing, or an error, goes by its addresses.
  EXPECT_EQ(error("", kBack).by_rule, kServer);
  EXPECT_EQ(error("60", {}).by_rule, kClient);
}

TEST(Side, AConnectionHasOneKeyAndSaysWhoOpensIt) {
  const SideClues syn = clues(ethernet(ipv4(6, tcp(80, 40000, "02"))));
  const SideClues answer = clues(ethernet(ipv4(6, tcp(40000, 80, "12"), kBack)));
  EXPECT_EQ(syn.opening, SideClues::Opening::kSyn);
  EXPECT_EQ(answer.opening, SideClues::Opening::kSynAck);
  EXPECT_NE(syn.key, 0U);
  EXPECT_EQ(syn.key, answer.key);
  EXPECT_NE(syn.key, clues(ethernet(ipv4(6, tcp(80, 40001)))).key);
  EXPECT_NE(syn.key, clues(ethernet(ipv4(6, tcp(40000, 80)))).key) << "other ports at the hosts";
  EXPECT_EQ(clues(ethernet(ipv4(17, udp(1, 2)))).key, 0U);
}

TEST(Side, LaterFragmentsAreFoundByTheFirstOne) {
  const Ip first{.source = kBack.source, .destination = kBack.destination, .fragment = "2000"};
  const Ip later{.source = kBack.source, .destination = kBack.destination, .fragment = "0010"};
  const SideClues head = clues(ethernet(ipv4(17, udp(40000, 53), first)));
  const SideClues tail = clues(ethernet(ipv4(17, "0035003500000000", later)));
  EXPECT_EQ(head.by_rule, kClient);
  EXPECT_EQ(head.later, kServer) << "by their addresses";
  EXPECT_EQ(tail.by_rule, kServer);
  EXPECT_NE(tail.key, 0U);
  EXPECT_EQ(tail.key, head.datagram);
  EXPECT_EQ(tail.opening, SideClues::Opening::kNone);
  // The same over IPv6.
  const auto ipv6 = [](const std::string& offset, const std::string& id) {
    return clues("020000000001 020000000002 86dd 60000000 0010 2c 40" + std::string(31, '0') + "2" +
                 std::string(31, '0') + "1" + "11 00" + offset + id + udp(40000, 53));
  };
  EXPECT_EQ(ipv6("0001", "00000007").datagram, ipv6("0009", "00000007").key);
  EXPECT_NE(ipv6("0001", "00000007").datagram, ipv6("0009", "00000008").key);
  EXPECT_EQ(ipv6("0000", "00000007").datagram, 0U) << "not a fragment";
}

TEST(Side, OptionsBehindTheFragmentHeaderAreOfTheSameDatagram) {
  const auto fragment = [](const std::string& offset, const std::string& rest) {
    return clues("020000000001 020000000002 86dd 60000000 0018 2c 40" + std::string(31, '0') + "2" +
                 std::string(31, '0') + "1" + "3c 00" + offset + "00000007" + rest);
  };
  const SideClues head = fragment("0001", "11 00 010400000000" + udp(40000, 53));
  const SideClues tail = fragment("0010", "3a3a3a3a3a3a3a3a");
  EXPECT_NE(head.datagram, 0U);
  EXPECT_EQ(head.by_rule, kClient);
  EXPECT_EQ(tail.key, head.datagram);
}

// With AddressSanitizer this shows that nothing outside is read.
TEST(Side, PacketsCutAnywhereHaveASide) {
  const std::vector<std::string> packets = {
      ethernet(ipv4(6, tcp(1, 2, "02"))),
      ethernet(ipv4(1, "0301000000000000" + ipv4(6, tcp(1, 2)))),
      ethernet(ipv4(17, udp(53, 53) + "1234810000000000")),
      "ffffffffffff 020000000002 0806 0001 0800 06 04 0001 020000000002 0a000002 000000000000"
      "0a000001",
      "020000000001 020000000002 86dd 60000000 0010 2c 40" + std::string(64, '0') +
          "3a00 0001 00000007 0100000000000000 60000000 0010 06 40" + std::string(64, '0') +
          tcp(1, 2)};
  for (const std::string& packet : packets) {
    const Bytes whole = hex(packet);
    for (size_t bytes = 0; bytes <= whole.size(); ++bytes) {
      const Bytes part(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(bytes));
      for (const uint32_t link_type :
           {kLinkTypeEthernet, kLinkTypeRaw, kLinkTypeLinuxCooked, kLinkTypeLinuxCooked2, 105U, 9U})
        (void)clues(part, link_type);
      (void)network_ends({part.data(), static_cast<uint32_t>(bytes), 0, kLinkTypeEthernet});
      (void)station_ends({part.data(), static_cast<uint32_t>(bytes), 0, kLinkTypeEthernet});
    }
  }
}

}  // namespace
}  // namespace gophercap::packet
