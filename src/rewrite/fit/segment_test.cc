#include "rewrite/fit/segment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "rewrite/packet_for_test.h"

namespace gophercap::rewrite {
namespace {

class Sizes final : public SegmentSizes {
 public:
  explicit Sizes(SegmentSize size = {}) : size_(size) {}
  SegmentSize of(const Connection& /*connection*/) const noexcept override { return size_; }

 private:
  SegmentSize size_;
};

constexpr uint32_t kMost = 1514;

struct Outcome {
  Refusal refusal;
  std::vector<Bytes> frames;
};
Outcome segmented(const packet::Frame& frame, SegmentSize size = {}, uint32_t most = kMost) {
  packet::FrameList list;
  const Refusal refusal = segment(frame, most, Sizes(size), list);
  return {refusal, frames_in(list)};
}
Outcome segmented(const Bytes& bytes, SegmentSize size = {}, uint32_t most = kMost) {
  return segmented(frame_of(bytes), size, most);
}

// One way to carry TCP: with the n-th segment's identifications.
struct Carrier {
  std::string name;
  std::function<Packet(uint16_t n)> front;  // up to the inner IP header
};

Ipv4Fields ip(uint8_t protocol, uint16_t n) {
  Ipv4Fields fields;
  fields.protocol = protocol;
  fields.id = static_cast<uint16_t>(fields.id + n);
  return fields;
}

std::vector<Carrier> carriers() {
  const Bytes route = {6, 2, 0, 1, 0, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
  return {
      {"IPv4", [](uint16_t n) { return Packet().eth(0x0800).ip4(ip(6, n)); }},
      {"IPv4 with options",
       [](uint16_t n) {
         Ipv4Fields fields = ip(6, n);
         fields.options = {0x94, 4, 0, 0, 1, 1, 1, 0};
         return Packet().eth(0x0800).ip4(fields);
       }},
      {"IPv6", [](uint16_t) { return Packet().eth(0x86dd).ip6(6); }},
      {"IPv6 with a route to its destination",
       [route](uint16_t) { return Packet().eth(0x86dd).ip6(43).raw(route); }},
      {"VLAN", [](uint16_t n) { return Packet().eth(0x8100).vlan(0x0800).ip4(ip(6, n)); }},
      {"QinQ", [](uint16_t) { return Packet().eth(0x88a8).vlan(0x8100).vlan(0x86dd).ip6(6); }},
      {"MPLS",
       [](uint16_t n) { return Packet().eth(0x8847).mpls(false).mpls(true).ip4(ip(6, n)); }},
      {"PPPoE", [](uint16_t n) { return Packet().eth(0x8864).pppoe(0x0021).ip4(ip(6, n)); }},
      {"PPPoE, IPv6", [](uint16_t) { return Packet().eth(0x8864).pppoe(0x0057).ip6(6); }},
      {"VXLAN without a checksum",
       [](uint16_t n) {
         return Packet()
             .eth(0x0800)
             .ip4(ip(17, n))
             .udp(4789, false)
             .vxlan()
             .eth(0x0800)
             .ip4(ip(6, n));
       }},
      {"VXLAN over IPv6",
       [](uint16_t n) {
         return Packet().eth(0x86dd).ip6(17).udp(4789).vxlan().eth(0x8100).vlan(0x0800).ip4(
             ip(6, n));
       }},
      {"GENEVE",
       [](uint16_t n) {
         return Packet().eth(0x0800).ip4(ip(17, n)).udp(6081).geneve(0x6558, 3).eth(0x86dd).ip6(6);
       }},
      {"GRE",
       [](uint16_t n) {
         return Packet().eth(0x0800).ip4(ip(47, n)).gre(0x0800, false, false).ip4(ip(6, n));
       }},
      {"GRE with checksum and key",
       [](uint16_t n) {
         return Packet()
             .eth(0x0800)
             .ip4(ip(47, n))
             .gre(0x6558, true, true)
             .eth(0x0800)
             .ip4(ip(6, n));
       }},
      {"IPv6 in IPv4", [](uint16_t n) { return Packet().eth(0x0800).ip4(ip(41, n)).ip6(6); }},
      {"VXLAN in GRE",
       [](uint16_t n) {
         return Packet()
             .eth(0x86dd)
             .ip6(47)
             .gre(0x0800, true, false)
             .ip4(ip(17, n))
             .udp(4789)
             .vxlan()
             .eth(0x0800)
             .ip4(ip(6, n));
       }},
  };
}

TEST(Segment, EveryCarrierIsRepeatedWithRightLengthsNumbersAndChecksums) {
  const Bytes payload = payload_of(5001);
  for (const Carrier& carrier : carriers()) {
    SCOPED_TRACE(carrier.name);
    TcpFields tcp{.flags = 0xd9, .options = {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8}};
    const Outcome outcome = segmented(carrier.front(0).tcp(tcp).with(payload), {.mss = 1212});
    ASSERT_EQ(outcome.refusal, Refusal::kNone);
    ASSERT_EQ(outcome.frames.size(), 5u);
    for (uint16_t n = 0; n < 5; ++n) {
      const size_t at = n * size_t{1200};
      TcpFields expected = tcp;
      expected.seq += static_cast<uint32_t>(at);
      // PSH and FIN come last, CWR comes first, ECE and ACK always.
      expected.flags = static_cast<uint8_t>(0x50 | (n == 0 ? 0x80 : 0) | (n == 4 ? 0x09 : 0));
      EXPECT_EQ(outcome.frames[n],
                carrier.front(n).tcp(expected).with(part_of(payload, at, n < 4 ? 1200 : 201)))
          << n;
    }
  }
}

// Offload leaves lengths and checksums to the network card.
TEST(Segment, WhatOffloadLeftOpenIsFilledIn) {
  const Packet packet = Packet().eth(0x0800).ip4().tcp();
  const Bytes whole = packet.with(payload_of(4000));
  Bytes open = whole;
  put16(open, 14 + 2, 0);
  put16(open, 14 + 10, 0);
  put16(open, 14 + 20 + 16, 0x1234);
  EXPECT_EQ(segmented(open).frames, segmented(whole).frames);
  EXPECT_EQ(segmented(open).frames.size(), 3u);
}

TEST(Segment, BeyondSixteenBitsOfLength) {
  const Bytes payload = payload_of(150'000);
  const Bytes open = [&] {
    Bytes bytes = Packet().eth(0x0800).ip4().tcp().with(payload);
    put16(bytes, 14 + 2, 0);
    return bytes;
  }();
  const Outcome ipv4 = segmented(open);
  ASSERT_EQ(ipv4.frames.size(), (payload.size() + 1459) / 1460);
  EXPECT_EQ(ipv4.frames[0], Packet().eth(0x0800).ip4().tcp().with(part_of(payload, 0, 1460)));
  // Longer ones would be taken by the target, but a length could not say so.
  for (const Bytes& frame : segmented(open, {}, 70'000).frames)
    EXPECT_LE(frame.size(), 65535u + 14);

  // BIG TCP: what it adds is taken out again.
  const auto jumbo = [&](Bytes options, size_t jumbo_at) {
    Bytes bytes = Packet().eth(0x86dd).ip6(0).raw(options).tcp().with(payload);
    put16(bytes, 14 + 4, 0);
    const size_t length = bytes.size() - 54;
    put16(bytes, 54 + jumbo_at, length >> 16);
    put16(bytes, 54 + jumbo_at + 2, length & 0xffff);
    return bytes;
  };
  const Outcome ipv6 = segmented(jumbo({6, 0, 0xc2, 4, 0, 0, 0, 0}, 4));
  ASSERT_EQ(ipv6.frames.size(), (payload.size() + 1439) / 1440);
  EXPECT_EQ(ipv6.frames[0], Packet().eth(0x86dd).ip6(6).tcp().with(part_of(payload, 0, 1440)));
  // A router alert stays.
  const Outcome alert = segmented(jumbo({6, 1, 5, 2, 0, 0, 0xc2, 4, 0, 0, 0, 0, 1, 2, 0, 0}, 8));
  ASSERT_FALSE(alert.frames.empty());
  EXPECT_EQ(alert.frames[0], Packet()
                                 .eth(0x86dd)
                                 .ip6(0)
                                 .raw({6, 1, 5, 2, 0, 0, 1, 4, 0, 0, 0, 0, 1, 2, 0, 0})
                                 .tcp()
                                 .with(part_of(payload, 0, 1424)));
}

TEST(Segment, SizeFollowsTheConnectionAndNeverTheExtremes) {
  const Bytes plain = Packet().eth(0x0800).ip4().tcp().with(payload_of(6000));
  const auto first = [&](SegmentSize size) { return segmented(plain, size).frames[0].size() - 54; };
  EXPECT_EQ(first({}), 1460u);
  EXPECT_EQ(first({.mss = 1000}), 1000u);
  EXPECT_EQ(first({.mss = 9000}), 1460u);
  EXPECT_EQ(first({.mss = 1}), kSmallestMss);
  EXPECT_EQ(first({.largest = 1400}), 1400u);
  EXPECT_EQ(first({.largest = 3}), kDefaultMss);
  EXPECT_EQ(first({.mss = 1300, .largest = 1400}), 1300u);
}

TEST(Segment, UrgentDataStaysWhereItIs) {
  const Bytes bytes =
      Packet().eth(0x0800).ip4().tcp({.flags = 0x30, .urgent = 1500}).with(payload_of(4000));
  const Outcome outcome = segmented(bytes, {.mss = 1000});
  ASSERT_EQ(outcome.frames.size(), 4u);
  const auto urgent = [&](size_t n) {
    return std::pair<int, int>(outcome.frames[n][34 + 13] & 0x20,
                               get16(outcome.frames[n], 34 + 18));
  };
  EXPECT_EQ(urgent(0), std::pair(0x20, 1500));
  EXPECT_EQ(urgent(1), std::pair(0x20, 500));
  EXPECT_EQ(urgent(2), std::pair(0, 0));
  EXPECT_EQ(urgent(3), std::pair(0, 0));
}

TEST(Segment, PaddingBehindThePacketIsLeftOut) {
  Bytes bytes = Packet().eth(0x0800).ip4().tcp().with(payload_of(3000));
  const Outcome plain = segmented(bytes);
  bytes.insert(bytes.end(), {1, 2, 3, 4});
  EXPECT_EQ(segmented(bytes).frames, plain.frames);
}

TEST(Segment, RefusesWhatItCannotRepeat) {
  const Bytes payload = payload_of(3000);
  const Bytes good = Packet().eth(0x0800).ip4().tcp().with(payload);
  const auto expect = [](Refusal refusal, const packet::Frame& frame, uint32_t most = kMost) {
    const Outcome outcome = segmented(frame, {}, most);
    EXPECT_EQ(outcome.refusal, refusal);
    EXPECT_TRUE(outcome.frames.empty());
  };
  packet::Frame cut = frame_of(good);
  cut.original_bytes += 1;
  expect(Refusal::kCut, cut);
  const Bytes arp = Packet().eth(0x0806).raw({0}).with(payload);
  expect(Refusal::kContents, frame_of(arp));
  const Bytes icmp = Packet().eth(0x0800).ip4({.protocol = 1}).with(payload);
  expect(Refusal::kContents, frame_of(icmp));
  const Bytes fragment = Packet().eth(0x0800).ip4({.fragment = 0x2000}).tcp().with(payload);
  expect(Refusal::kBound, frame_of(fragment));
  const Bytes fragment6 =
      Packet().eth(0x86dd).ip6(44).raw({6, 0, 0, 1, 0, 0, 0, 9}).tcp().with(payload);
  expect(Refusal::kBound, frame_of(fragment6));
  const Bytes authenticated =
      Packet().eth(0x86dd).ip6(51).raw({6, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1}).tcp().with(payload);
  expect(Refusal::kBound, frame_of(authenticated));
  const Bytes routed =
      Packet().eth(0x0800).ip4({.options = {131, 7, 4, 10, 0, 0, 9, 0}}).tcp().with(payload);
  expect(Refusal::kBound, frame_of(routed));
  const Bytes numbered = [&] {
    Bytes bytes = Packet()
                      .eth(0x0800)
                      .ip4({.protocol = 47})
                      .raw({0x10, 0, 8, 0, 0, 0, 0, 1})
                      .ip4()
                      .tcp()
                      .with(payload);
    return bytes;
  }();
  expect(Refusal::kBound, frame_of(numbered));
  for (const uint8_t flags : {uint8_t{0x02}, uint8_t{0x14}}) {
    const Bytes control = Packet().eth(0x0800).ip4().tcp({.flags = flags}).with(payload);
    expect(Refusal::kBound, frame_of(control));
  }
  Bytes too_long = good;
  put16(too_long, 16, good.size());
  expect(Refusal::kLengths, frame_of(too_long));
  Bytes short_header = good;
  short_header[34 + 12] = 0x40;
  expect(Refusal::kLengths, frame_of(short_header));
  Bytes trailer = Packet().eth(0x0800).ip4().tcp().with(payload_of(1460));
  trailer.insert(trailer.end(), {1, 2, 3, 4});
  expect(Refusal::kLengths, frame_of(trailer));
  expect(Refusal::kNoRoom, frame_of(good), 61);
  const Bytes deep = [&] {
    Packet packet = Packet().eth(0x86dd).ip6(60);
    for (int i = 0; i < 4; ++i) {
      Bytes options(264, 0);
      options[0] = i < 3 ? 60 : 6;
      options[1] = 32;
      packet.raw(options);
    }
    return packet.tcp().with(payload);
  }();
  expect(Refusal::kNoRoom, frame_of(deep));
}

Bytes quic(std::vector<size_t> sizes) {
  std::mt19937 random(3);
  Bytes all;
  for (const size_t size : sizes) {
    Bytes datagram(size);
    for (uint8_t& byte : datagram) byte = static_cast<uint8_t>(random());
    datagram[0] = static_cast<uint8_t>(0x40 | (random() & 0x3f));
    const Bytes id = {1, 2, 3, 4, 5, 6, 7, 8};
    std::copy(id.begin(), id.end(), datagram.begin() + 1);
    all.insert(all.end(), datagram.begin(), datagram.end());
  }
  return all;
}

TEST(Segment, DatagramsOfOneConnectionIdAreSeparated) {
  const Bytes payload = quic({1350, 1350, 1350, 700});
  for (const bool checksum : {true, false}) {
    const auto front = [&](uint16_t n) {
      return Packet().eth(0x0800).ip4(ip(17, n)).udp(443, checksum);
    };
    const Outcome outcome = segmented(front(0).with(payload));
    ASSERT_EQ(outcome.frames.size(), 4u);
    for (uint16_t n = 0; n < 4; ++n) {
      EXPECT_EQ(outcome.frames[n],
                front(n).with(part_of(payload, n * size_t{1350}, n < 3 ? 1350 : 700)));
    }
  }
}

TEST(Segment, DatagramsThatAreNotEvidentStayTogether) {
  const auto refused = [](const Bytes& payload) {
    return segmented(Packet().eth(0x86dd).ip6(17).udp(443).with(payload)).refusal;
  };
  EXPECT_EQ(refused(payload_of(4000)), Refusal::kContents);
  EXPECT_EQ(refused(Bytes(4000, 0x41)), Refusal::kContents);
  EXPECT_EQ(refused(quic({1350, 1200, 1350})), Refusal::kContents);
  EXPECT_EQ(refused(quic({1600, 1600})), Refusal::kNoRoom);
  EXPECT_EQ(refused({}), Refusal::kLengths);
}

TEST(Segment, ConnectionsAreKnownFromBothSides) {
  const auto connection = [](const Bytes& bytes) {
    return connection_of(bytes.data(), headers_of(frame_of(bytes), Depth::kInnermost));
  };
  const Bytes there = Packet().eth(0x0800).ip4().tcp().with({});
  Bytes back = there;
  std::swap_ranges(back.begin() + 26, back.begin() + 30, back.begin() + 30);
  std::swap_ranges(back.begin() + 34, back.begin() + 36, back.begin() + 36);
  EXPECT_EQ(connection(there).hash, connection(back).hash);
  EXPECT_NE(connection(there).forward, connection(back).forward);
  const Bytes tunnel =
      Packet().eth(0x86dd).ip6(17).udp(4789).vxlan().eth(0x0800).ip4().tcp().with({});
  EXPECT_EQ(connection(tunnel).hash, connection(there).hash);
  const Bytes other = Packet().eth(0x0800).ip4().tcp({.source_port = 40001}).with({});
  EXPECT_NE(connection(other).hash, connection(there).hash);
}

TEST(Segment, AnyPayloadAndLimitGiveTheWholeBack) {
  std::mt19937 random(4);
  const std::vector<Carrier> all = carriers();
  for (int round = 0; round < 300; ++round) {
    const Carrier& carrier = all[random() % all.size()];
    const auto most = static_cast<uint32_t>(300 + random() % 9000);
    const Packet packet = carrier.front(0).tcp({.options = Bytes(random() % 10 * 4, 1)});
    const Bytes payload = payload_of(most - packet.header_bytes() + 1 + random() % 20'000);
    const auto mss = static_cast<uint16_t>(random() % 4 == 0 ? 0 : random() % 9000);
    const Outcome outcome = segmented(packet.with(payload), {.mss = mss}, most);
    Bytes together;
    for (const Bytes& frame : outcome.frames) {
      ASSERT_LE(frame.size(), most);
      together.insert(together.end(), frame.begin() + static_cast<ptrdiff_t>(packet.header_bytes()),
                      frame.end());
    }
    ASSERT_EQ(together, payload) << carrier.name << ", " << most << ", " << mss;
  }
}

// In memory of its own length, so that a sanitizer sees what is read beyond it.
TEST(Segment, CutAnywhereAndWithAnyByteChangedItStaysInside) {
  for (const Carrier& carrier : carriers()) {
    const Bytes whole = carrier.front(0).tcp().with(payload_of(700));
    const size_t headers = carrier.front(0).tcp().header_bytes();
    for (size_t length = 0; length < headers + 20; ++length)
      (void)segmented(part_of(whole, 0, length), {}, 200);
    for (size_t i = 0; i < headers; ++i) {
      for (const uint8_t flip : {uint8_t{0x01}, uint8_t{0x80}, uint8_t{0xff}}) {
        Bytes changed = whole;
        changed[i] = static_cast<uint8_t>(changed[i] ^ flip);
        for (const Bytes& frame : segmented(changed, {}, 300).frames) ASSERT_LE(frame.size(), 300u);
      }
    }
  }
}

}  // namespace
}  // namespace gophercap::rewrite
