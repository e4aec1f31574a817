#include "jobs/replay/side_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rewrite/network/rule_text.h"
#include "testing/hex.h"

namespace gophercap::jobs {
namespace {

using Bytes = std::vector<uint8_t>;
using packet::Side;

constexpr Side kClient = Side::kClient;
constexpr Side kServer = Side::kServer;
constexpr uint8_t kSyn = 0x02;
constexpr uint8_t kSynAck = 0x12;
constexpr uint8_t kAck = 0x10;

packet::Frame frame_of(const Bytes& bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  return {bytes.data(), size, size, packet::kLinkTypeEthernet};
}

// From 10.0.0.`from` to 10.0.0.`to`; the station of a host ends with the same number.
Bytes ip(uint8_t from, uint8_t to, uint8_t protocol, uint16_t fragment = 0, uint16_t id = 7) {
  Bytes b = {2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0, 0x45, 0, 0, 40};
  for (const int byte : {id >> 8, id & 255, fragment >> 8, fragment & 255, 64, int{protocol}, 0, 0,
                         10, 0, 0, int{from}, 10, 0, 0, int{to}})
    b.push_back(static_cast<uint8_t>(byte));
  return b;
}
void add_ports(Bytes& b, uint16_t from, uint16_t to) {
  for (const int byte : {from >> 8, from & 255, to >> 8, to & 255})
    b.push_back(static_cast<uint8_t>(byte));
}
Bytes tcp(uint8_t from, uint16_t from_port, uint8_t to, uint16_t to_port, uint8_t flags,
          uint16_t fragment = 0) {
  Bytes b = ip(from, to, 6, fragment);
  add_ports(b, from_port, to_port);
  b.insert(b.end(), {0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0});
  return b;
}
Bytes udp(uint8_t from, uint16_t from_port, uint8_t to, uint16_t to_port, uint16_t fragment = 0) {
  Bytes b = ip(from, to, 17, fragment);
  add_ports(b, from_port, to_port);
  b.insert(b.end(), {0, 8, 0, 0});
  return b;
}

struct Captured {
  Bytes bytes;
  int64_t time = 0;
};
SideTable table_of(const std::vector<Captured>& packets, size_t most = 100) {
  SideTable table(most);
  uint64_t place = 0;
  for (const Captured& packet : packets) table.learn(frame_of(packet.bytes), packet.time, place++);
  table.settle();
  return table;
}
Side side(const SideChoice& choice, const Bytes& packet) {
  return choice.side_of(frame_of(packet));
}

TEST(SideChoice, WhoSentTheSynIsTheClientOfAllPackets) {
  const SideChoice choice({}, table_of({{tcp(1, 20, 2, 5000, kSyn)}, {tcp(3, 5000, 2, 80, kSyn)}}));
  EXPECT_EQ(side(choice, tcp(1, 20, 2, 5000, kAck)), kClient);
  EXPECT_EQ(side(choice, tcp(2, 5000, 1, 20, kAck)), kServer);
  EXPECT_EQ(side(choice, tcp(3, 5000, 2, 80, kAck)), kClient);
  EXPECT_EQ(side(choice, tcp(1, 20, 2, 5001, kAck)), kServer) << "no SYN is known";
  EXPECT_EQ(choice.table().connections(), 1U) << "those that keep to the rule are forgotten";
  EXPECT_EQ(choice.wire_of(frame_of(tcp(1, 20, 2, 5000, kAck))), 0U);
  EXPECT_EQ(choice.wire_of(frame_of(tcp(2, 5000, 1, 20, kAck))), 1U);
}

TEST(SideChoice, OfSeveralSynTheEarliestCounts) {
  const Bytes against = tcp(1, 80, 2, 5000, kSyn);
  const Bytes by_rule = tcp(2, 5000, 1, 80, kSyn);
  const auto client_is_1 = [](const std::vector<Captured>& packets) {
    return side(SideChoice({}, table_of(packets)), tcp(1, 80, 2, 5000, kAck)) == kClient;
  };
  EXPECT_TRUE(client_is_1({{by_rule, 20}, {against, 10}}));
  EXPECT_FALSE(client_is_1({{against, 20}, {by_rule, 10}}));
  EXPECT_TRUE(client_is_1({{against, 10}, {by_rule, 10}})) << "then the order of the files";
  EXPECT_FALSE(client_is_1({{by_rule, 10}, {against, 10}}));
  // A SYN with ACK says who the client is if there is no other.
  const Bytes answer_against = tcp(2, 5000, 1, 80, kSynAck);
  EXPECT_TRUE(client_is_1({{answer_against, 10}}));
  EXPECT_FALSE(client_is_1({{answer_against, 10}, {by_rule, 20}}));
}

TEST(SideChoice, LaterFragmentsFollowTheFirst) {
  constexpr uint16_t kFirst = 0x2000;
  constexpr uint16_t kLater = 0x0010;
  const SideChoice choice({}, table_of({{udp(2, 5000, 1, 53, kFirst)},
                                        {udp(1, 53, 3, 5000, kFirst)},
                                        {ip(2, 1, 17, kLater), 5},
                                        {tcp(4, 80, 1, 5000, kSyn)},
                                        {tcp(4, 80, 1, 5000, kAck, kFirst), 9},
                                        {tcp(1, 80, 4, 5001, kAck, kFirst), 9}}));
  EXPECT_EQ(side(choice, ip(2, 1, 17, kLater)), kClient);
  EXPECT_EQ(side(choice, ip(1, 3, 17, kLater)), kServer);
  EXPECT_EQ(side(choice, ip(2, 1, 17, kLater, 8)), kServer) << "of another datagram";
  EXPECT_EQ(side(choice, ip(4, 1, 6, kLater)), kClient) << "by its connection's SYN";
  EXPECT_EQ(side(choice, ip(1, 4, 6, kLater)), kServer);
  EXPECT_EQ(choice.table().connections(), 1U);
  EXPECT_EQ(choice.table().datagrams(), 4U);
}

TEST(SideChoice, DatagramsWithOneIdThatDisagreeGoByTheRule) {
  constexpr uint16_t kFirst = 0x2000;
  constexpr uint16_t kLater = 0x0010;
  const Bytes against = udp(2, 5000, 1, 53, kFirst);
  const Bytes by_rule = udp(2, 53, 1, 5000, kFirst);
  const auto later_of = [&](const std::vector<Captured>& packets) {
    const SideChoice choice({}, table_of(packets));
    return std::pair(side(choice, ip(2, 1, 17, kLater)), choice.table().unknown());
  };
  EXPECT_EQ(later_of({{against}, {by_rule, 9}}), std::pair(kServer, uint64_t{1}));
  EXPECT_EQ(later_of({{by_rule}, {against, 9}, {against, 10}}), std::pair(kServer, uint64_t{2}));
  EXPECT_EQ(later_of({{against}, {against, 9}}), std::pair(kClient, uint64_t{0})) << "they agree";
  // Two connections of the same hosts.
  const SideChoice choice({}, table_of({{tcp(2, 80, 1, 5000, kSyn)},
                                        {tcp(2, 80, 1, 5000, kAck, kFirst)},
                                        {tcp(2, 80, 1, 5001, kAck, kFirst)}}));
  EXPECT_EQ(side(choice, ip(2, 1, 6, kLater)), kServer);
  EXPECT_EQ(choice.table().disagreeing(), 1U);
}

// Whatever the order of packets, the number of tables, and the limit.
TEST(SideChoice, WhatIsLearnedDoesNotDependOnTheOrder) {
  std::vector<Captured> packets;
  for (uint16_t i = 0; i < 300; ++i) {
    const auto port = static_cast<uint16_t>(6000 + i % 100);
    packets.push_back({tcp(1, 80, 2, port, kSyn), i * 7 % 13});
    packets.push_back({tcp(2, port, 1, 80, i % 3 == 0 ? kSyn : kSynAck), i * 5 % 11});
    packets.push_back({udp(9, port, 8, 53, 0x2000), i});
  }
  std::vector<size_t> order(packets.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (const size_t most : {size_t{20}, size_t{1000}}) {
    std::vector<std::vector<uint64_t>> seen;
    for (const size_t tables : {1U, 3U, 8U}) {
      std::mt19937 random(static_cast<unsigned>(tables));
      std::shuffle(order.begin(), order.end(), random);
      std::vector<SideTable> parts(tables, SideTable(most));
      for (size_t i = 0; i < order.size(); ++i) {
        const Captured& packet = packets[order[i]];
        parts[i % tables].learn(frame_of(packet.bytes), packet.time, order[i]);
      }
      SideTable sum(most);
      for (const SideTable& part : parts) sum.merge(part);
      sum.settle();
      std::vector<uint64_t>& facts = seen.emplace_back(
          std::vector<uint64_t>{sum.connections(), sum.datagrams(), sum.unknown()});
      EXPECT_EQ(sum.unknown() > 0, most == 20) << sum.unknown();
      const SideChoice choice({}, std::move(sum));
      for (const Captured& packet : packets)
        facts.push_back(choice.wire_of(frame_of(packet.bytes)));
    }
    EXPECT_EQ(seen[0], seen[1]);
    EXPECT_EQ(seen[0], seen[2]);
  }
}

SplitRule nets(const std::vector<std::string>& texts) {
  SplitRule rule;
  for (const std::string& text : texts) rule.client_nets.push_back(*rewrite::parse_prefix(text));
  return rule;
}

TEST(SideChoice, ANetOfClientsDecidesBetweenItAndOthers) {
  const SideChoice choice(nets({"10.0.0.128/25"}), table_of({}));
  EXPECT_EQ(side(choice, udp(200, 53, 1, 4000)), kClient);
  EXPECT_EQ(side(choice, udp(1, 4000, 200, 53)), kServer);
  EXPECT_EQ(side(choice, udp(200, 53, 201, 4000)), kServer) << "by its ports";
  EXPECT_EQ(side(choice, udp(1, 53, 2, 4000)), kServer);
  Bytes to_all = udp(1, 4000, 255, 53);
  to_all[30] = 255;
  EXPECT_EQ(side(choice, to_all), kServer) << "its sender is none of the clients";
  const std::string head = "ffffffffffff 020000000002 0806 0001 0800 06 04 0001 020000000002";
  EXPECT_EQ(side(choice, testing::hex(head + "0a0000c8 000000000000 0a000001")), kClient);
  EXPECT_EQ(side(choice, testing::hex(head + "0a000001 000000000000 0a000002")), kServer);
  const std::string ipv6 = "020000000001 020000000002 86dd 60000000 0008 11 40";
  const std::string low = std::string(31, '0') + "1";
  const std::string high = "fd" + std::string(30, '0');
  const Bytes from_high = testing::hex(ipv6 + high + low + "0035 4000 0008 0000");
  EXPECT_EQ(side(choice, from_high), kServer) << "the net says nothing about IPv6";
  EXPECT_EQ(side(SideChoice(nets({"10.0.0.0/8", "fd00::/8"}), table_of({})), from_high), kClient);
  EXPECT_EQ(side(SideChoice(nets({"0.0.0.0/0"}), table_of({})), udp(1, 53, 2, 4000)), kServer)
      << "everybody is a client, so this says nothing";
}

TEST(SideChoice, StationsOfClientsDecideBetweenThemAndOthers) {
  SplitRule rule;
  rule.client_stations = {{2, 0, 0, 0, 0, 9}, {2, 0, 0, 0, 0, 8}};
  const SideChoice choice(rule, table_of({}));
  EXPECT_EQ(side(choice, udp(8, 53, 1, 4000)), kClient);
  EXPECT_EQ(side(choice, udp(1, 4000, 9, 53)), kServer);
  EXPECT_EQ(side(choice, udp(8, 53, 9, 4000)), kServer) << "by its ports";
  EXPECT_EQ(side(choice, testing::hex("ffffffffffff 020000000008 88cc")), kClient);
  EXPECT_EQ(side(choice, testing::hex("ffffffffffff 020000000001 88cc")), kServer);
}

}  // namespace
}  // namespace gophercap::jobs
