#include "rewrite/fit/fragment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "rewrite/packet_for_test.h"

namespace gophercap::rewrite {
namespace {

constexpr uint32_t kMost = 1514;

struct Outcome {
  Refusal refusal;
  std::vector<Bytes> frames;
};
Outcome fragmented(const packet::Frame& frame, uint32_t most = kMost,
                   DontFragment flag = DontFragment::kRespect) {
  packet::FrameList list;
  const Refusal refusal = fragment(frame, most, flag, list);
  return {refusal, frames_in(list)};
}
Outcome fragmented(const Bytes& bytes, uint32_t most = kMost,
                   DontFragment flag = DontFragment::kRespect) {
  return fragmented(frame_of(bytes), most, flag);
}

Ipv4Fields ipv4(uint16_t fragment_field, Bytes options = {}) {
  return {.protocol = 17, .id = 77, .fragment = fragment_field, .options = std::move(options)};
}

TEST(Fragment, OfIpv4) {
  const Bytes payload = payload_of(4000);
  const Outcome outcome = fragmented(Packet().eth(0x0800).ip4(ipv4(0)).with(payload));
  ASSERT_EQ(outcome.refusal, Refusal::kNone);
  ASSERT_EQ(outcome.frames.size(), 3u);
  const auto expect = [&](size_t n, uint16_t field, size_t at, size_t bytes) {
    EXPECT_EQ(outcome.frames[n],
              Packet().eth(0x0800).ip4(ipv4(field)).with(part_of(payload, at, bytes)))
        << n;
  };
  expect(0, 0x2000, 0, 1480);
  expect(1, 0x2000 | 185, 1480, 1480);
  expect(2, 370, 2960, 1040);
}

TEST(Fragment, UnderVlanPppoeAndMpls) {
  const Bytes payload = payload_of(2000);
  for (const Packet& front : {Packet().eth(0x8100).vlan(0x0800), Packet().eth(0x8864).pppoe(0x0021),
                              Packet().eth(0x8847).mpls(true)}) {
    const auto with = [&](uint16_t field, const Bytes& data) {
      return Packet(front).ip4(ipv4(field)).with(data);
    };
    const Outcome outcome = fragmented(with(0, payload), 1000);
    const size_t room = (1000 - 20 - front.header_bytes()) / 8 * 8;
    ASSERT_EQ(outcome.frames.size(), 3u);
    EXPECT_EQ(outcome.frames[1],
              with(static_cast<uint16_t>(0x2000 | room / 8), part_of(payload, room, room)));
  }
}

TEST(Fragment, DontFragmentIsRespectedUnlessIgnored) {
  const Packet packet = Packet().eth(0x0800).ip4(ipv4(0x4000));
  const Bytes bytes = packet.with(payload_of(3000));
  EXPECT_EQ(fragmented(bytes).refusal, Refusal::kDontFragment);
  EXPECT_TRUE(fragmented(bytes).frames.empty());
  const Outcome ignored = fragmented(bytes, kMost, DontFragment::kIgnore);
  ASSERT_EQ(ignored.frames.size(), 3u);
  EXPECT_EQ(ignored.frames[0],
            Packet().eth(0x0800).ip4(ipv4(0x2000)).with(part_of(payload_of(3000), 0, 1480)));
}

// Fragments of several packets without one would be put together as one.
TEST(Fragment, APacketWithoutIdentificationGetsOne) {
  const auto id_of = [](size_t payload_bytes) {
    Ipv4Fields fields = ipv4(0x4000);
    fields.id = 0;
    const Outcome outcome =
        fragmented(Packet().eth(0x0800).ip4(fields).with(payload_of(payload_bytes)), kMost,
                   DontFragment::kIgnore);
    EXPECT_EQ(get16(outcome.frames.at(0), 18), get16(outcome.frames.at(1), 18));
    return get16(outcome.frames.at(0), 18);
  };
  EXPECT_NE(id_of(3000), 0);
  EXPECT_EQ(id_of(3000), id_of(3000));
  EXPECT_NE(id_of(3000), id_of(3001));
}

TEST(Fragment, OptionsAreCopiedAsTheyWant) {
  // Record route, which is not copied, and a security label, which is.
  const Bytes first = {7, 7, 4, 1, 2, 3, 4, 1, 0x86, 6, 0, 0, 0, 1, 0, 0};
  const Bytes later = {1, 1, 1, 1, 1, 1, 1, 1, 0x86, 6, 0, 0, 0, 1, 0, 0};
  const Bytes payload = payload_of(2000);
  const Outcome outcome = fragmented(Packet().eth(0x0800).ip4(ipv4(0, first)).with(payload));
  ASSERT_EQ(outcome.frames.size(), 2u);
  EXPECT_EQ(outcome.frames[0],
            Packet().eth(0x0800).ip4(ipv4(0x2000, first)).with(part_of(payload, 0, 1464)));
  EXPECT_EQ(outcome.frames[1],
            Packet().eth(0x0800).ip4(ipv4(183, later)).with(part_of(payload, 1464, 536)));
}

TEST(Fragment, OfAFragment) {
  const Bytes payload = payload_of(2960);
  const Outcome outcome =
      fragmented(Packet().eth(0x0800).ip4(ipv4(0x2000 | 100)).with(payload), 1014);
  ASSERT_EQ(outcome.frames.size(), 4u);
  for (size_t n = 0; n < 4; ++n)
    EXPECT_EQ(get16(outcome.frames[n], 20), 0x2000 | (100 + n * 122)) << n;
}

struct Ipv6Case {
  Packet unfragmentable;  // as it is sent
  Packet in_fragments;    // with the protocol of the fragment header
  uint8_t next;           // which that contains
  Packet rest;            // what is divided begins with this
};

TEST(Fragment, OfIpv6BehindWhatRoutersRead) {
  const Bytes options = {43, 0, 1, 4, 0, 0, 0, 0};
  const Bytes options_end = {44, 0, 1, 4, 0, 0, 0, 0};
  const Bytes destination_first = {43, 0, 1, 4, 0, 0, 0, 0};
  Bytes route = {17, 2, 0, 1, 0, 0, 0, 0};
  route.resize(24, 9);
  Bytes route_end = route;
  route_end[0] = 44;
  const Bytes destination_last = {17, 0, 1, 4, 0, 0, 0, 0};
  const std::vector<Ipv6Case> cases = {
      {Packet().eth(0x86dd).ip6(17), Packet().eth(0x86dd).ip6(44), 17, Packet()},
      {Packet().eth(0x86dd).ip6(0).raw({17, 0, 1, 4, 0, 0, 0, 0}),
       Packet().eth(0x86dd).ip6(0).raw(options_end), 17, Packet()},
      {Packet().eth(0x86dd).ip6(0).raw({60, 0, 1, 4, 0, 0, 0, 0}).raw(destination_first).raw(route),
       Packet()
           .eth(0x86dd)
           .ip6(0)
           .raw({60, 0, 1, 4, 0, 0, 0, 0})
           .raw(destination_first)
           .raw(route_end),
       17, Packet()},
      {Packet().eth(0x86dd).ip6(60), Packet().eth(0x86dd).ip6(44), 60,
       Packet().raw(destination_last)},
  };
  for (const Ipv6Case& c : cases) {
    Bytes divided = c.rest.with(payload_of(3000));
    const Outcome outcome = fragmented(c.unfragmentable.with(divided));
    ASSERT_EQ(outcome.refusal, Refusal::kNone);
    const size_t front = c.unfragmentable.header_bytes();
    const size_t room = (kMost - front - 8) / 8 * 8;
    ASSERT_EQ(outcome.frames.size(), (divided.size() + room - 1) / room);
    const Bytes id = part_of(outcome.frames[0], front + 4, 4);
    for (size_t n = 0; n < outcome.frames.size(); ++n) {
      const size_t at = n * room;
      const size_t bytes = std::min(room, divided.size() - at);
      Bytes header = {c.next, 0, 0, 0};
      put16(header, 2, at | (at + bytes < divided.size() ? 1 : 0));
      header.insert(header.end(), id.begin(), id.end());
      EXPECT_EQ(outcome.frames[n],
                Packet(c.in_fragments).raw(header).with(part_of(divided, at, bytes)));
    }
  }
}

TEST(Fragment, OfAnIpv6Fragment) {
  const Bytes header = {17, 0, 0x04, 0x00 | 1, 1, 2, 3, 4};
  const Bytes payload = payload_of(2800);
  const Outcome outcome = fragmented(Packet().eth(0x86dd).ip6(44).raw(header).with(payload));
  ASSERT_EQ(outcome.frames.size(), 2u);
  EXPECT_EQ(outcome.frames[0],
            Packet().eth(0x86dd).ip6(44).raw(header).with(part_of(payload, 0, 1448)));
  Bytes second = header;
  put16(second, 2, (0x0400 + 1448) | 1);
  EXPECT_EQ(outcome.frames[1],
            Packet().eth(0x86dd).ip6(44).raw(second).with(part_of(payload, 1448, 1352)));
}

TEST(Fragment, RefusesWhatItCannotDivide) {
  const auto expect = [](Refusal refusal, const packet::Frame& frame, uint32_t most = kMost) {
    const Outcome outcome = fragmented(frame, most);
    EXPECT_EQ(outcome.refusal, refusal);
    EXPECT_TRUE(outcome.frames.empty());
  };
  const Bytes good = Packet().eth(0x0800).ip4(ipv4(0)).with(payload_of(3000));
  packet::Frame cut = frame_of(good);
  cut.original_bytes += 1;
  expect(Refusal::kCut, cut);
  const Bytes arp = Packet().eth(0x0806).with(payload_of(3000));
  expect(Refusal::kContents, frame_of(arp));
  expect(Refusal::kNoRoom, frame_of(good), 41);
  Bytes long_length = good;
  put16(long_length, 16, good.size());
  expect(Refusal::kLengths, frame_of(long_length));
  Bytes trailer = Packet().eth(0x0800).ip4(ipv4(0)).with(payload_of(1480));
  trailer.insert(trailer.end(), 4, 0);
  expect(Refusal::kLengths, frame_of(trailer));
  // Longer than what fragments can become again.
  Bytes jumbo = Packet().eth(0x0800).ip4(ipv4(0)).with(payload_of(70'000));
  put16(jumbo, 16, 0);
  expect(Refusal::kLengths, frame_of(jumbo));
}

TEST(Fragment, AnyPayloadAndLimitGiveTheWholeBack) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    const bool ipv6 = random() % 2 == 0;
    const Packet packet = ipv6 ? Packet().eth(0x86dd).ip6(17)
                               : Packet().eth(0x0800).ip4(ipv4(0, Bytes(random() % 10 * 4, 1)));
    const auto most = static_cast<uint32_t>(120 + random() % 9000);
    const Bytes payload = payload_of(most - packet.header_bytes() + 1 + random() % 20'000);
    const Outcome outcome = fragmented(packet.with(payload), most);
    const size_t front = packet.header_bytes() + (ipv6 ? 8 : 0);
    Bytes together;
    for (const Bytes& frame : outcome.frames) {
      const uint16_t field = get16(frame, ipv6 ? 56 : 20);
      const size_t offset = ipv6 ? field & 0xfff8u : (field & 0x1fffu) * 8;
      const bool more = (field & (ipv6 ? 1 : 0x2000)) != 0;
      ASSERT_LE(frame.size(), most);
      ASSERT_EQ(offset, together.size());
      ASSERT_EQ(more, &frame != &outcome.frames.back());
      together.insert(together.end(), frame.begin() + static_cast<ptrdiff_t>(front), frame.end());
    }
    ASSERT_EQ(together, payload) << most;
  }
}

Bytes truncated(const Bytes& bytes, uint32_t most, bool mend, uint32_t* original = nullptr) {
  packet::FrameList list;
  truncate(frame_of(bytes), most, mend, list);
  const auto frames = list.frames();
  EXPECT_EQ(frames.size(), 1u);
  if (original != nullptr) *original = frames[0].original_bytes;
  return frames_in(list).at(0);
}

TEST(Truncate, KeepsTheHeadersAsTheyAre) {
  const Bytes bytes = Packet().eth(0x0800).ip4().tcp().with(payload_of(3000));
  uint32_t original = 0;
  EXPECT_EQ(truncated(bytes, kMost, false, &original), part_of(bytes, 0, kMost));
  EXPECT_EQ(original, bytes.size());
  EXPECT_EQ(truncated(bytes, 10, true), part_of(bytes, 0, 10));
}

TEST(Truncate, MendedItIsAPacketOfItsOwn) {
  const Bytes payload = payload_of(3000);
  const std::vector<Packet> packets = {
      Packet().eth(0x0800).ip4().tcp(),
      Packet().eth(0x86dd).ip6(17).udp(53),
      Packet().eth(0x8864).pppoe(0x0057).ip6(17).udp(53),
      Packet().eth(0x0800).ip4({.protocol = 17}).udp(4789).vxlan().eth(0x0800).ip4().tcp(),
      Packet().eth(0x0800).ip4({.protocol = 1}),
      Packet().eth(0x0800).ip4(ipv4(0x2000)),
  };
  for (const Packet& packet : packets) {
    uint32_t original = 0;
    EXPECT_EQ(truncated(packet.with(payload), 1000, true, &original),
              packet.with(part_of(payload, 0, 1000 - packet.header_bytes())));
    EXPECT_EQ(original, 1000u);
  }
}

TEST(Truncate, CutAnywhereItStaysInside) {
  const Bytes bytes = Packet()
                          .eth(0x86dd)
                          .ip6(0)
                          .raw({17, 0, 0xc2, 4, 0, 1, 0, 0})
                          .udp(4789)
                          .vxlan()
                          .eth(0x0800)
                          .ip4()
                          .tcp()
                          .with(payload_of(50));
  for (uint32_t most = 0; most <= bytes.size(); ++most) {
    for (size_t from = most; from <= bytes.size(); from += 7)
      EXPECT_LE(truncated(part_of(bytes, 0, from), most, true).size(), most);
  }
}

}  // namespace
}  // namespace gophercap::rewrite
