#include "transmit/tunnel/tunnel.h"

#include <gtest/gtest.h>

#include <string>

namespace gophercap::transmit {
namespace {

std::string parsed(const std::string& spec) {
  const Result<Tunnel> tunnel = parse_tunnel(spec);
  return tunnel ? describe(*tunnel) : "error: " + tunnel.error().what;
}

TEST(Tunnel, IsReadWithItsDefaults) {
  EXPECT_EQ(parsed("vxlan:192.0.2.1"), "vxlan:192.0.2.1:4789,vni=0");
  EXPECT_EQ(parsed("vxlan:sensor.example:8472,vni=0x10"), "vxlan:sensor.example:8472,vni=16");
  EXPECT_EQ(parsed("geneve:2001:db8::1,vni=16777215"), "geneve:[2001:db8::1]:6081,vni=16777215");
  EXPECT_EQ(parsed("geneve:[2001:db8::1]:7000"), "geneve:[2001:db8::1]:7000,vni=0");
  EXPECT_EQ(parsed("gre:192.0.2.1"), "gre:192.0.2.1");
  EXPECT_EQ(parsed("gre:[2001:db8::1],key=4294967295"), "gre:2001:db8::1,key=4294967295");
  EXPECT_EQ(parsed("gre:192.0.2.1,key=0"), "gre:192.0.2.1,key=0");
  EXPECT_EQ(parsed("erspan:192.0.2.1,session=1023"), "erspan:192.0.2.1,session=1023,version=2");
  EXPECT_EQ(parsed("erspan:192.0.2.1,version=3,session=1"), "erspan:192.0.2.1,session=1,version=3");
  EXPECT_EQ(parsed("udp:192.0.2.1:9000"), "udp:192.0.2.1:9000");
  EXPECT_EQ(parsed("tzsp:192.0.2.1"), "tzsp:192.0.2.1:37008");
}

TEST(Tunnel, WhatItPrintsIsTheSameTunnel) {
  for (const char* spec : {"vxlan:[2001:db8::1]:4789,vni=7", "gre:2001:db8::1,key=0",
                           "erspan:h,session=3,version=3", "udp:h:1", "tzsp:h:2"}) {
    const auto first = parse_tunnel(spec);
    ASSERT_TRUE(first) << spec;
    const auto again = parse_tunnel(describe(*first));
    ASSERT_TRUE(again) << describe(*first);
    EXPECT_EQ(*first, *again);
  }
}

TEST(Tunnel, AFaultIsNamed) {
  const auto refuses = [](const std::string& spec, const std::string& why) {
    EXPECT_EQ(parsed(spec), "error: " + spec + ": " + why);
  };
  refuses("eth0", "not a tunnel: vxlan, geneve, gre, erspan, udp or tzsp, \":\" and a host");
  refuses("vxlan:", "a host is missing");
  refuses("vxlan:,vni=1", "a host is missing");
  refuses("vxlan:[2001:db8::1", "a host is missing");
  refuses("vxlan:h:0", "a port is a number from 1 to 65535");
  refuses("vxlan:h:65536", "a port is a number from 1 to 65535");
  refuses("vxlan:h:x", "a port is a number from 1 to 65535");
  refuses("vxlan:h,vni=16777216", "vni is a number from 0 to 16777215");
  refuses("vxlan:h,vni", "vni is a number from 0 to 16777215");
  refuses("vxlan:h,vni=", "vni is a number from 0 to 16777215");
  refuses("vxlan:h,key=1", "vxlan has no setting \"key=1\"");
  refuses("vxlan:h,", "vxlan has no setting \"\"");
  refuses("gre:h:1", "gre has no ports");
  refuses("erspan:h", "a session is missing: session=N");
  refuses("erspan:h,session=1024", "session is a number from 0 to 1023");
  refuses("erspan:h,session=1,version=1", "version is 2 or 3");
  refuses("udp:h", "a port is missing");
  EXPECT_FALSE(is_tunnel("eth0:1"));
  EXPECT_FALSE(is_tunnel("vxlan0"));
}

}  // namespace
}  // namespace gophercap::transmit
