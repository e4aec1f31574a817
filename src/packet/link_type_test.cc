#include "packet/link_type.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace gophercap::packet {
namespace {

TEST(LinkTypeTest, NamesOfTheRegistry) {
  EXPECT_EQ(link_type_name(kLinkTypeEthernet), "ETHERNET");
  EXPECT_EQ(link_type_name(kLinkTypeErf), "ERF");
  EXPECT_EQ(link_type_name(0), "NULL");
  EXPECT_EQ(link_type_name(10), "FDDI");
  EXPECT_EQ(link_type_name(50), "PPP_HDLC");
  EXPECT_EQ(link_type_name(99), "SYMANTEC_FIREWALL");
  EXPECT_EQ(link_type_name(101), "RAW");
  EXPECT_EQ(link_type_name(105), "IEEE802_11");
  EXPECT_EQ(link_type_name(113), "LINUX_SLL");
  EXPECT_EQ(link_type_name(127), "IEEE802_11_RADIOTAP");
  EXPECT_EQ(link_type_name(147), "USER0");
  EXPECT_EQ(link_type_name(162), "USER15");
  EXPECT_EQ(link_type_name(189), "USB_LINUX");
  EXPECT_EQ(link_type_name(195), "IEEE802_15_4_WITHFCS");
  EXPECT_EQ(link_type_name(209), "I2C_LINUX");
  EXPECT_EQ(link_type_name(227), "CAN_SOCKETCAN");
  EXPECT_EQ(link_type_name(228), "IPV4");
  EXPECT_EQ(link_type_name(231), "DBUS");
  EXPECT_EQ(link_type_name(239), "NFLOG");
  EXPECT_EQ(link_type_name(249), "USBPCAP");
  EXPECT_EQ(link_type_name(276), "LINUX_SLL2");
  EXPECT_EQ(link_type_name(279), "EBHSCR");
  EXPECT_EQ(link_type_name(301), "DECT_NR");
}

TEST(LinkTypeTest, NumbersWithoutAName) {
  for (const uint32_t number : {11u, 12u, 49u, 52u, 98u, 208u, 302u, 65535u, 0xffffffffu}) {
    EXPECT_EQ(link_type_name(number), "") << number;
  }
}

TEST(LinkTypeTest, NoNameTwice) {
  std::set<std::string_view> seen;
  for (uint32_t number = 0; number < 1000; ++number) {
    const std::string_view name = link_type_name(number);
    if (!name.empty()) {
      EXPECT_TRUE(seen.insert(name).second) << name;
    }
  }
  EXPECT_EQ(seen.size(), 215u);
}

TEST(LinkTypeTest, LargestRecords) {
  EXPECT_EQ(max_captured_bytes(1), 262144u);
  for (const uint32_t number : {231u, 249u, 279u}) {
    EXPECT_EQ(max_captured_bytes(number), 134217728u);
  }
}

}  // namespace
}  // namespace gophercap::packet
