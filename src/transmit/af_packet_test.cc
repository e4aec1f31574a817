#include "transmit/af_packet.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "transmit/interface.h"

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

// Runs `body` on a thread in a network namespace of its own, where loopback is ours alone. False:
// there are none to be had.
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

TEST(AfPacket, RefusesNamesThatNoInterfaceCanHave) {
  for (const std::string& name : {std::string(), std::string(IFNAMSIZ, 'x')}) {
    const auto opened = open_af_packet(name);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::kInvalidArgument) << name;
  }
}

TEST(AfPacket, NamesWhatThereIsInsteadOfAnUnknownInterface) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    const auto opened = open_af_packet("nosuch0");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::kNotFound);
    EXPECT_NE(opened.error().what.find("there is lo"), std::string::npos) << opened.error().what;
  }));
}

TEST(AfPacket, AnInterfaceThatIsDownIsRefused) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    const auto opened = open_af_packet("lo");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().sys, ENETDOWN);
  }));
}

TEST(AfPacket, TakesTheMtuAndTheHeaderAndSendsWhatFits) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1000));
    auto opened = open_af_packet("lo");
    ASSERT_TRUE(opened) << opened.error().what;
    Transmitter& lo = **opened;
    EXPECT_EQ(lo.max_frame_bytes(), 1014u);
    EXPECT_TRUE(lo.accepts(1));
    EXPECT_FALSE(lo.accepts(101));
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

TEST(AfPacket, TheKernelCountsWhatWasSent) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1500));
    const auto facts = inspect_interface("lo");
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->mtu, 1500u);
    EXPECT_TRUE(facts->up && facts->carrier && facts->ethernet);
    const auto before = read_counters(facts->index);
    ASSERT_TRUE(before) << before.error().what;
    auto opened = open_af_packet("lo");
    ASSERT_TRUE(opened);
    const std::vector<uint8_t> bytes(60);
    const Frame frame{.data = bytes.data(), .captured_bytes = 60, .original_bytes = 60};
    for (int i = 0; i < 5; ++i) ASSERT_EQ((*opened)->send({&frame, 1}).accepted, 1u);
    const auto after = read_counters(facts->index);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->tx_packets - before->tx_packets, 5u);
    EXPECT_GT(after->tx_bytes, before->tx_bytes);
    EXPECT_FALSE(read_counters(4711));
  }));
}

TEST(AfPacket, SaysThatTheInterfaceWentDown) {
  NEEDS_NAMESPACE(in_own_namespace([] {
    ASSERT_TRUE(set_loopback(true, 1500));
    auto opened = open_af_packet("lo");
    ASSERT_TRUE(opened) << opened.error().what;
    ASSERT_TRUE(set_loopback(false, 1500));
    const std::vector<uint8_t> bytes(60);
    const Frame frame{.data = bytes.data(), .captured_bytes = 60, .original_bytes = 60};
    const SendOutcome outcome = (*opened)->send({&frame, 1});
    EXPECT_EQ(outcome.accepted, 0u);
    EXPECT_EQ(outcome.error, ENETDOWN);
  }));
}

}  // namespace
}  // namespace gophercap::transmit
