#include "transmit/link/link_message.h"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace gophercap::transmit {
namespace {

using Bytes = std::vector<uint8_t>;

template <class T>
void append(Bytes& to, const T& value) {
  const size_t at = to.size();
  to.resize(at + sizeof value);
  std::memcpy(to.data() + at, &value, sizeof value);
}

void attribute(Bytes& to, uint16_t type, const Bytes& value) {
  append(to, static_cast<uint16_t>(4 + value.size()));
  append(to, type);
  to.insert(to.end(), value.begin(), value.end());
  while (to.size() % 4 != 0) to.push_back(0);
}

Bytes text(const std::string& s) {
  return {s.c_str(), s.c_str() + s.size() + 1};
}

Bytes link_message(uint16_t type = RTM_NEWLINK) {
  Bytes message(NLMSG_HDRLEN);
  ifinfomsg info{};
  info.ifi_index = 7;
  info.ifi_type = ARPHRD_ETHER;
  info.ifi_flags = IFF_UP | 1 << 16;  // IFF_LOWER_UP
  append(message, info);
  Bytes mtu;
  append(mtu, uint32_t{9000});
  attribute(message, IFLA_MTU, mtu);
  attribute(message, IFLA_QDISC, text("noqueue"));
  attribute(message, IFLA_IFNAME, text("veth0"));
  Bytes most;
  append(most, uint32_t{65535});
  attribute(message, IFLA_MAX_MTU, most);
  Bytes other;
  append(other, uint32_t{11});
  attribute(message, IFLA_LINK, other);
  Bytes place;
  append(place, int32_t{3});
  attribute(message, IFLA_LINK_NETNSID, place);
  Bytes kind;
  attribute(kind, IFLA_INFO_KIND, text("veth"));
  attribute(message, IFLA_LINKINFO | NLA_F_NESTED, kind);
  rtnl_link_stats64 stats{};
  stats.tx_packets = 11;
  stats.tx_dropped = 3;
  Bytes counted;
  append(counted, stats);
  counted.resize(counted.size() + 8);  // as of a newer kernel
  attribute(message, IFLA_STATS64, counted);
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(message.size());
  header.nlmsg_type = type;
  std::memcpy(message.data(), &header, sizeof header);
  return message;
}

TEST(LinkMessage, HasFactsAndCounters) {
  const auto link = parse_link_message(link_message());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->facts.index, 7u);
  EXPECT_EQ(link->facts.mtu, 9000u);
  EXPECT_TRUE(link->facts.up && link->facts.carrier && link->facts.ethernet);
  EXPECT_EQ(link->facts.queueing, "noqueue");
  EXPECT_EQ(link->facts.kind, "veth");
  EXPECT_EQ(link->facts.max_mtu, 65535u);
  EXPECT_EQ(link->name, "veth0");
  EXPECT_EQ(link->other_index, 11u);
  EXPECT_EQ(link->other_namespace, 3);
  EXPECT_EQ(link->counters.tx_packets, 11u);
  EXPECT_EQ(link->counters.tx_dropped, 3u);
  EXPECT_FALSE(link->removed);
  EXPECT_TRUE(parse_link_message(link_message(RTM_DELLINK))->removed);
  EXPECT_FALSE(parse_link_message(link_message(RTM_NEWADDR)));
}

TEST(LinkMessage, SaysWhatTheKernelRefused) {
  Bytes message(NLMSG_HDRLEN);
  nlmsgerr refusal{};
  refusal.error = -ENODEV;
  append(message, refusal);
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(message.size());
  header.nlmsg_type = NLMSG_ERROR;
  std::memcpy(message.data(), &header, sizeof header);
  const auto link = parse_link_message(message);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().sys, ENODEV);
}

// Each truncated or changed message is in its own memory, so that a sanitizer detects reading
// beyond it.
TEST(LinkMessage, ReadsNothingOutside) {
  const Bytes whole = link_message();
  const auto parse_copy = [](const Bytes& from, size_t n) {
    const auto copy = std::make_unique<uint8_t[]>(n);
    std::copy_n(from.begin(), n, copy.get());
    return parse_link_message({copy.get(), n});
  };
  for (size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(parse_copy(whole, n)) << n;
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const uint8_t change : {uint8_t{0xff}, uint8_t{0x80}, uint8_t{1}}) {
      Bytes changed = whole;
      changed[i] ^= change;
      (void)parse_copy(changed, changed.size());
    }
  }
}

}  // namespace
}  // namespace gophercap::transmit
