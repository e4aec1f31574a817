#include "transmit/tunnel/encapsulation.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "testing/hex.h"

namespace gophercap::transmit {
namespace {

std::string header_of(const std::string& spec, uint32_t sequence = 0, int64_t wall_ns = 0) {
  const auto tunnel = parse_tunnel(spec);
  EXPECT_TRUE(tunnel) << spec;
  const Encapsulation encapsulation(*tunnel);
  EXPECT_LE(encapsulation.bytes(), Encapsulation::kMostBytes);
  std::vector<uint8_t> bytes(Encapsulation::kMostBytes);
  encapsulation.write(bytes.data(), sequence, wall_ns);
  bytes.resize(encapsulation.bytes());
  return testing::hex_of(bytes);
}

// Byte by byte as tshark reads them: tests/net/remote_sensor.sh compares with it and with the
// kernel's own tunnels.
TEST(Encapsulation, WritesTheHeadersOfTheStandards) {
  EXPECT_EQ(header_of("vxlan:h,vni=0x123456"), "0800000012345600");
  EXPECT_EQ(header_of("geneve:h,vni=0x123456"), "0000655812345600");
  EXPECT_EQ(header_of("gre:h"), "00006558");
  EXPECT_EQ(header_of("gre:h,key=0xdeadbeef"), "20006558deadbeef");
  EXPECT_EQ(header_of("erspan:h,session=0x3ff", 0x01020304), "100088be01020304100003ff00000000");
  EXPECT_EQ(header_of("erspan:h,session=1,version=3", 7, 0x01020304ll * 100'000),
            "100022eb00000007200000010102030400008000");
  EXPECT_EQ(header_of("udp:h:1"), "");
  EXPECT_EQ(header_of("tzsp:h"), "0100000101");
}

}  // namespace
}  // namespace gophercap::transmit
