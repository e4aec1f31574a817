#include "transmit/link/listeners.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "base/fd.h"
#include "transmit/link/interface.h"
#include "transmit/wire/af_packet.h"

namespace gophercap::transmit {
namespace {

const std::string kHeader = "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n";

// A line as the kernel writes it ("%pK %-6d %-4d %04x   %-5d %1d %-6u %-6u %-6lu").
std::string line(int interface, int receives, const char* protocol = "0003") {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%s %-6d %-4d %s   %-5d %1d %-6u %-6u %-6lu\n",
                "00000000d3f1c2a8", 3, 3, protocol, interface, receives, 0u, 0u, 41237ul);
  return text.data();
}

Presence scan(const std::string& text, unsigned index, size_t piece = 4096) {
  ListenerScan scan(index);
  for (size_t at = 0; at < text.size(); at += piece) {
    // Separate memory, so that a sanitizer detects reading beyond it.
    const std::string part = text.substr(at, piece);
    scan.take(part);
  }
  return scan.result();
}

TEST(ListenerScan, FindsWhoReceivesThereOrEverywhere) {
  EXPECT_EQ(scan(kHeader, 7), Presence::kNobody);
  EXPECT_EQ(scan(kHeader + line(7, 1), 7), Presence::kSomebody);
  EXPECT_EQ(scan(kHeader + line(0, 1), 7), Presence::kSomebody);
  EXPECT_EQ(scan(kHeader + line(8, 1), 7), Presence::kNobody);
  EXPECT_EQ(scan(kHeader + line(77, 1), 7), Presence::kNobody);
  EXPECT_EQ(scan(kHeader + line(8, 1) + line(7, 1) + line(9, 1), 7), Presence::kSomebody);
  EXPECT_EQ(scan(kHeader + line(123456, 1), 123456), Presence::kSomebody);
}

TEST(ListenerScan, WhoOnlySendsDoesNotListen) {
  EXPECT_EQ(scan(kHeader + line(7, 0, "0000") + line(0, 0, "0000"), 7), Presence::kNobody);
}

TEST(ListenerScan, TakesPiecesOfAnySize) {
  const std::string text = kHeader + line(3, 1) + line(9, 0, "0000") + line(7, 1);
  for (size_t piece = 1; piece < text.size(); ++piece) {
    EXPECT_EQ(scan(text, 7, piece), Presence::kSomebody) << piece;
    EXPECT_EQ(scan(text, 9, piece), Presence::kNobody) << piece;
  }
}

TEST(ListenerScan, WhatIsNoSuchListTellsNothing) {
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("Inter-|   Receive\n"), kHeader + "\n",
        kHeader + "0000 3 3 0003 x 1\n", kHeader + "0000 3 3 0003 7\n",
        kHeader + "0000 3 3 0003 99999999999 1\n", kHeader + std::string(9999, ' ') + "\n",
        kHeader + std::string(9999, '7')}) {
    EXPECT_EQ(scan(text, 7), Presence::kUnknown) << text.substr(0, 100);
  }
  // With each cut and each changed byte there is a result, and nothing is read outside.
  const std::string whole = kHeader + line(7, 1);
  for (size_t n = 0; n < whole.size(); ++n) (void)scan(whole.substr(0, n), 7);
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0xff);
    (void)scan(changed, 7);
  }
}

TEST(Listeners, AListThatIsNotThereTellsNothing) {
  EXPECT_EQ(Listeners(1, "/nonexistent/packet").look(), Presence::kUnknown);
  EXPECT_EQ(Listeners(1, "/").look(), Presence::kUnknown);
}

// The list of the kernel in a separate network namespace: our sending sockets do not count; others
// count from when they are opened until they are closed.
TEST(Listeners, SeesSocketsComeAndGo) {
  bool entered = false;
  std::thread([&] {
    entered = ::unshare(CLONE_NEWNET) == 0;
    if (!entered) return;
    const Fd control(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = static_cast<short>(IFF_LOOPBACK | IFF_UP);
    ASSERT_EQ(::ioctl(control.value(), SIOCSIFFLAGS, &request), 0);
    const auto facts = inspect_interface("lo");
    ASSERT_TRUE(facts);
    const Listeners here(facts->index);
    const Listeners elsewhere(facts->index + 1);
    const auto sender = open_packet_socket("lo", *facts, false);
    ASSERT_TRUE(sender) << sender.error().what;
    EXPECT_EQ(here.look(), Presence::kNobody);
    {
      const Fd everywhere(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)));
      EXPECT_EQ(here.look(), Presence::kSomebody);
      EXPECT_EQ(elsewhere.look(), Presence::kSomebody);
      sockaddr_storage address{};
      sockaddr_ll link{};
      link.sll_family = AF_PACKET;
      link.sll_protocol = htons(ETH_P_ALL);
      link.sll_ifindex = static_cast<int>(facts->index);
      std::memcpy(&address, &link, sizeof link);
      ASSERT_EQ(
          ::bind(everywhere.value(),
                 static_cast<const sockaddr*>(static_cast<const void*>(&address)), sizeof link),
          0);
      EXPECT_EQ(here.look(), Presence::kSomebody);
      EXPECT_EQ(elsewhere.look(), Presence::kNobody);
    }
    EXPECT_EQ(here.look(), Presence::kNobody);
  }).join();
  if (!entered) GTEST_SKIP() << "no network namespaces here";
}

}  // namespace
}  // namespace gophercap::transmit
