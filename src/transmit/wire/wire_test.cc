#include "transmit/wire/wire.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "transmit/link/interface.h"
#include "transmit/wire/af_packet.h"

namespace gophercap::transmit {
namespace {

// Sets loopback's flags and MTU in the network namespace of this thread.
bool set_loopback(bool up, int mtu) {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_mtu = mtu;
  if (::ioctl(socket.value(), SIOCSIFMTU, &request) != 0) return false;
  request.ifr_flags = static_cast<short>(IFF_LOOPBACK | (up ? IFF_UP : 0));
  return ::ioctl(socket.value(), SIOCSIFFLAGS, &request) == 0;
}

// Runs `body` on a thread in its own network namespace, with its own loopback. Returns false if
// there are no namespaces.
template <class Body>
bool in_own_namespace(const Body& body) {
  bool entered = false;
  std::thread([&] {
    entered = ::unshare(CLONE_NEWNET) == 0;
    if (entered) body();
  }).join();
  return entered;
}

#define NEEDS_NAMESPACE(entered) \
  if (!(entered)) GTEST_SKIP() << "no network namespaces here"

TEST(Wire, RefusesNamesThatNoInterfaceCanHave) {
  for (const std::string& name : {std::string(), std::string(IFNAMSIZ, 'x')}) {
    const auto opened = open_wire(name, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::kInvalidArgument) << name;
  }
}

TEST(Wire, NamesWhatThereIsInsteadOfAnUnknownInterface) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    const auto opened = open_wire("nosuch0", {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::kNotFound);
    EXPECT_NE(opened.error().what.find("there is lo"), std::string::npos) << opened.error().what;
  }));
}

TEST(Wire, AnInterfaceThatIsDownIsRefused) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    const auto opened = open_wire("lo", {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().sys, ENETDOWN);
  }));
}

TEST(Wire, TakesTheMtuAndTheHeaderAndSendsWhatFits) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1000));
    auto opened = open_wire("lo", {});
    ASSERT_TRUE(opened) << opened.error().what;
    Transmitter& lo = *opened->lanes.front();
    EXPECT_EQ(lo.limits().max_bytes, 1014u);
    EXPECT_TRUE(lo.limits().ethernet_only);
    const std::vector<uint8_t> bytes(2000, 0x42);
    const auto frame = [&](uint32_t n) {
      return Frame{.data = bytes.data(), .captured_bytes = n, .original_bytes = n};
    };
    const std::vector<Frame> frames = {frame(60), frame(1014), frame(1015), frame(60)};
    const SendOutcome first = lo.send(frames);
    EXPECT_EQ(first.accepted, 2u);  // the third stops the call, its error comes with the next one
    const SendOutcome second = lo.send(std::span(frames).subspan(2));
    EXPECT_EQ(second.accepted, 0u);
    EXPECT_EQ(second.error, EMSGSIZE);
    EXPECT_EQ(lo.send(std::span(frames).subspan(3)).accepted, 1u);
    EXPECT_TRUE(lo.finish());
  }));
}

TEST(Wire, TheKernelCountsWhatWasSent) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1500));
    const auto facts = inspect_interface("lo");
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->mtu, 1500u);
    EXPECT_TRUE(facts->up && facts->carrier && facts->ethernet);
    const auto before = read_counters(facts->index);
    ASSERT_TRUE(before) << before.error().what;
    auto opened = open_wire("lo", {});
    ASSERT_TRUE(opened);
    const std::vector<uint8_t> bytes(60);
    const Frame frame{.data = bytes.data(), .captured_bytes = 60, .original_bytes = 60};
    for (int i = 0; i < 5; ++i) ASSERT_EQ(opened->lanes.front()->send({&frame, 1}).accepted, 1u);
    const auto after = read_counters(facts->index);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->tx_packets - before->tx_packets, 5u);
    EXPECT_GT(after->tx_bytes, before->tx_bytes);
    EXPECT_FALSE(read_counters(4711));
  }));
}

TEST(Wire, SaysThatTheInterfaceWentDown) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1500));
    auto opened = open_wire("lo", {});
    ASSERT_TRUE(opened) << opened.error().what;
    ASSERT_TRUE(set_loopback(false, 1500));
    const std::vector<uint8_t> bytes(60);
    const Frame frame{.data = bytes.data(), .captured_bytes = 60, .original_bytes = 60};
    const SendOutcome outcome = opened->lanes.front()->send({&frame, 1});
    EXPECT_EQ(outcome.accepted, 0u);
    EXPECT_EQ(outcome.error, ENETDOWN);
  }));
}

// Sends `count` frames of growing size; gives up after a while.
uint64_t send_all(Transmitter& out, const std::vector<uint8_t>& bytes, uint64_t count) {
  std::vector<Frame> frames;
  for (uint64_t i = 0; i < count; ++i) {
    const auto n = static_cast<uint32_t>(60 + i % 900);
    frames.push_back({.data = bytes.data(), .captured_bytes = n, .original_bytes = n});
  }
  uint64_t sent = 0;
  for (int idle = 0; sent < count && idle < 2000;) {
    const SendOutcome outcome = out.send(std::span(frames).subspan(sent));
    sent += outcome.accepted;
    if (outcome.accepted > 0) continue;
    if (outcome.error != EAGAIN && outcome.error != ENOBUFS) break;
    ++idle;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return sent;
}

TEST(Wire, EveryBackendSendsAllThatItTook) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1500));
    const std::vector<uint8_t> bytes(2000, 0x42);
    for (const Backend backend : {Backend::kPacket, Backend::kRing, Backend::kXdp}) {
      for (const QdiscBypass bypass : {QdiscBypass::kAuto, QdiscBypass::kOn}) {
        auto opened = open_wire(
            "lo", {.backend = backend, .qdisc_bypass = bypass, .longest_frame_bytes = 1000});
        ASSERT_TRUE(opened) << opened.error().what;
        ASSERT_EQ(opened->way.backend, backend) << opened->notes.front();
        ASSERT_TRUE(opened->notes.empty());
        Transmitter& out = *opened->lanes.front();
        constexpr uint64_t kCount = 5000;
        EXPECT_EQ(send_all(out, bytes, kCount), kCount) << out.describe();
        const Result<> finished = out.finish();
        EXPECT_TRUE(finished) << finished.error().what;
        EXPECT_EQ(out.unconfirmed().frames, 0u);
        const auto after = read_counters(opened->facts.index);
        ASSERT_TRUE(after);
        EXPECT_EQ(after->tx_packets - opened->counted_before.tx_packets, kCount) << out.describe();
      }
    }
  }));
}

TEST(Wire, ZeroCopyIsTriedFirstAndCopyModeIsSaid) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1500));
    auto opened = open_wire("lo", {.backend = Backend::kXdp, .longest_frame_bytes = 1000});
    ASSERT_TRUE(opened);
    // Loopback does not support zero-copy, so only the fallback can be tested here.
    EXPECT_NE(opened->lanes.front()->describe().find("AF_XDP copy"), std::string::npos);
  }));
}

TEST(Wire, XdpTakesTheFramesThatItWasOpenedFor) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 9000));
    for (const uint32_t longest : {60u, 2044u, 2045u, 2048u, 2049u, 4092u}) {
      auto opened = open_wire("lo", {.backend = Backend::kXdp, .longest_frame_bytes = longest});
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->way.backend, Backend::kXdp) << longest;
      EXPECT_TRUE(opened->way.qdisc_bypass);
      EXPECT_GE(opened->lanes.front()->limits().max_bytes, longest);
    }
  }));
}

TEST(Wire, WhatXdpCanNotCarryGoesByPacketSocketsAndThatIsSaid) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 9000));
    auto opened = open_wire("lo", {.backend = Backend::kXdp, .longest_frame_bytes = 4093});
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->way.backend, Backend::kPacket);
    ASSERT_EQ(opened->notes.size(), 1u);
    EXPECT_NE(opened->notes[0].find("4092 bytes at most"), std::string::npos) << opened->notes[0];
    // A missing queue is handled the same way.
    opened = open_wire("lo", {.backend = Backend::kXdp, .lanes = 2, .longest_frame_bytes = 1000});
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->way.backend, Backend::kPacket);
    EXPECT_EQ(opened->lanes.size(), 2u);
    EXPECT_EQ(opened->notes.size(), 1u);
  }));
}

TEST(Wire, ARingTakesNoMoreThanItHolds) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1500));
    for (const Backend backend : {Backend::kRing, Backend::kXdp}) {
      auto opened = open_wire("lo", {.backend = backend, .longest_frame_bytes = 1000});
      ASSERT_TRUE(opened);
      ASSERT_TRUE(set_loopback(false, 1500));
      const std::vector<uint8_t> bytes(60);
      const std::vector<Frame> frames(
          100, Frame{.data = bytes.data(), .captured_bytes = 60, .original_bytes = 60});
      Transmitter& out = *opened->lanes.front();
      const SendOutcome outcome = out.send(frames);
      EXPECT_EQ(outcome.error, ENETDOWN) << out.describe();
      // Accepted, but not confirmed: this differs from sent.
      EXPECT_EQ(out.unconfirmed().frames, outcome.accepted) << out.describe();
      if (outcome.accepted > 0) {
        EXPECT_FALSE(out.finish());
      }
      ASSERT_TRUE(set_loopback(true, 1500));
      EXPECT_TRUE(out.finish()) << out.describe();
    }
  }));
}

TEST(Wire, ThereIsNoLimitButWhereTheFarEndTakesLess) {
  EXPECT_EQ(interface_limits({.mtu = 1500}).far_end_bytes, UINT32_MAX);
  EXPECT_EQ(interface_limits({.mtu = 1500, .far_end = FarEnd{.mtu = 9000}}).far_end_bytes,
            UINT32_MAX);
  const FrameLimits limits = interface_limits({.mtu = 9000, .far_end = FarEnd{.mtu = 1500}});
  EXPECT_EQ(limits.max_bytes, 9014u);
  EXPECT_EQ(limits.far_end_bytes, 1518u);
}

TEST(Wire, AutoGoesByKind) {
  const InterfaceFacts veth{.kind = "veth", .queueing = "noqueue"};
  const WireOptions full{.paced = false};
  EXPECT_EQ(choose_way(veth, full, false), (Way{Backend::kXdp, true}));
  WireOptions other = full;
  other.paced = true;
  EXPECT_EQ(choose_way(veth, other, false), (Way{Backend::kPacket, false}));
  other = full;
  other.lanes = 2;
  EXPECT_EQ(choose_way(veth, other, false), (Way{Backend::kPacket, false}));
  EXPECT_EQ(choose_way({.kind = ""}, full, false).backend, Backend::kPacket);
  // AF_XDP would bypass a queueing discipline that was set on purpose.
  const InterfaceFacts shaped{.kind = "veth", .queueing = "tbf"};
  EXPECT_EQ(choose_way(shaped, full, false), (Way{Backend::kPacket, false}));
  other = full;
  other.qdisc_bypass = QdiscBypass::kOff;
  EXPECT_EQ(choose_way(veth, other, false).backend, Backend::kPacket);
  other.qdisc_bypass = QdiscBypass::kOn;
  EXPECT_EQ(choose_way(shaped, other, false).backend, Backend::kXdp);
  other.backend = Backend::kRing;
  EXPECT_EQ(choose_way({.kind = ""}, other, false), (Way{Backend::kRing, true}));
}

// Listeners on the interface see all frames, whatever its kind, unless an option says otherwise.
TEST(Wire, NothingIsPassedByWhereSomebodyListensOrTimesMatter) {
  for (const char* kind : {"", "veth", "tun", "bridge"}) {
    for (const char* queueing : {"noqueue", "mq", "fq_codel", "pfifo_fast", "fq", "tbf", ""}) {
      const InterfaceFacts facts{.kind = kind, .queueing = queueing};
      for (const Backend backend : {Backend::kAuto, Backend::kPacket, Backend::kRing}) {
        for (const QdiscBypass bypass : {QdiscBypass::kAuto, QdiscBypass::kOff}) {
          const WireOptions full{.backend = backend, .qdisc_bypass = bypass, .paced = false};
          const WireOptions paced{.backend = backend, .qdisc_bypass = bypass, .paced = true};
          for (const Way way : {choose_way(facts, full, true), choose_way(facts, paced, false),
                                choose_way(facts, paced, true)}) {
            EXPECT_FALSE(way.qdisc_bypass) << kind << queueing;
            EXPECT_NE(way.backend, Backend::kXdp) << kind << queueing;
          }
        }
      }
      // If requested explicitly, both are used anyway.
      EXPECT_EQ(choose_way(facts, {.backend = Backend::kXdp, .paced = true}, true),
                (Way{Backend::kXdp, true}));
      EXPECT_EQ(choose_way(facts, {.qdisc_bypass = QdiscBypass::kOn, .paced = true}, true),
                (Way{Backend::kPacket, true}));
    }
  }
}

TEST(Wire, AQueueThatSomebodyChoseIsNotPassedBy) {
  for (const char* given : {"mq", "fq_codel", "pfifo_fast", "fq"}) {
    EXPECT_TRUE(is_default_queueing({.queueing = given}));
    EXPECT_TRUE(choose_way({.queueing = given}, {.paced = false}, false).qdisc_bypass);
  }
  for (const char* other : {"noqueue", "netem", "etf"}) {
    EXPECT_FALSE(is_default_queueing({.queueing = other}));
    EXPECT_FALSE(choose_way({.queueing = other}, {.paced = false}, false).qdisc_bypass);
  }
}

TEST(LinkWatch, SeesTheLinkGoAndComeBack) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1500));
    const auto opened = open_wire("lo", {});
    ASSERT_TRUE(opened);
    const std::atomic<bool>& up = opened->link->up();
    const auto becomes = [&](bool wanted) {
      for (int i = 0; i < 400 && up.load() != wanted; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return up.load() == wanted;
    };
    EXPECT_TRUE(becomes(true));
    ASSERT_TRUE(set_loopback(false, 1500));
    EXPECT_TRUE(becomes(false));
    ASSERT_TRUE(set_loopback(true, 1500));
    EXPECT_TRUE(becomes(true));
  }));
}

}  // namespace
}  // namespace gophercap::transmit
