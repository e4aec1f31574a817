#include "jobs/replay/target.h"

#include <gtest/gtest.h>

namespace gophercap::jobs {
namespace {

TEST(Target, IsNowhereUnlessSaid) {
  const Target target;
  EXPECT_EQ(describe(target), "nowhere");
  EXPECT_EQ(output_of(target), "");
  EXPECT_FALSE(traits_of(target).real_time);
  EXPECT_FALSE(traits_of(target).once_complete);
}

TEST(Target, AnInterfaceIsTheOnlyOneThatTimeAndLinksMatterTo) {
  const Target target = InterfaceTarget{.names = {"veth0"}};
  EXPECT_EQ(describe(target), "interface veth0");
  EXPECT_EQ(output_of(target), "");
  EXPECT_TRUE(traits_of(target).real_time);
  EXPECT_TRUE(traits_of(target).has_link);
  EXPECT_TRUE(traits_of(target).has_counters);
  EXPECT_FALSE(traits_of(target).once_complete);
}

TEST(Target, SeveralInterfacesAreNamed) {
  EXPECT_EQ(describe(InterfaceTarget{.names = {"a", "b", "c"}}), "interfaces a, b, c");
  EXPECT_EQ(describe(InterfaceTarget{.names = {"a", "b"}, .split = SplitRule{}}),
            "interfaces a (clients) and b (servers)");
}

TEST(Target, ATunnelHasTimesButNoLink) {
  transmit::Tunnel tunnel;
  tunnel.host = "192.0.2.1";
  tunnel.port = 4789;
  const Target target = TunnelTarget{.tunnel = tunnel};
  EXPECT_EQ(describe(target), "vxlan:192.0.2.1:4789,vni=0");
  EXPECT_EQ(output_of(target), "");
  EXPECT_TRUE(traits_of(target).real_time);
  EXPECT_FALSE(traits_of(target).has_link);
  EXPECT_FALSE(traits_of(target).once_complete);
}

TEST(Target, AFileAppearsWhenItIsComplete) {
  const Target target = FileTarget{.path = "out.pcap"};
  EXPECT_EQ(describe(target), "file out.pcap");
  EXPECT_EQ(output_of(target), "out.pcap");
  EXPECT_TRUE(traits_of(target).once_complete);
  EXPECT_FALSE(traits_of(target).real_time);
  EXPECT_FALSE(traits_of(target).has_link);
  EXPECT_FALSE(traits_of(target).has_counters);
}

TEST(Target, ADashIsStandardOutput) {
  const Target target = FileTarget{.path = "-"};
  EXPECT_EQ(describe(target), "standard output");
  EXPECT_EQ(output_of(target), "-");
}

}  // namespace
}  // namespace gophercap::jobs
