// Link types by the numbers of https://www.tcpdump.org/linktypes.html (as pcap and pcapng files
// write them).
#pragma once

#include <cstdint>
#include <string_view>

namespace gophercap::packet {

inline constexpr uint32_t kLinkTypeEthernet = 1;
inline constexpr uint32_t kLinkTypeLinuxCooked = 113;
inline constexpr uint32_t kLinkTypeErf = 197;
inline constexpr uint32_t kLinkTypeLinuxCooked2 = 276;

// "ETHERNET", "RAW", "LINUX_SLL", …: the registry's name without LINKTYPE_; "" for a number we have
// no name for.
std::string_view link_type_name(uint32_t link_type) noexcept;

// Largest captured length that a record of this link type may claim; more is damage (SPEC: 256 KiB,
// 128 MiB for 231, 249, 279).
constexpr uint32_t max_captured_bytes(uint32_t link_type) noexcept {
  return link_type == 231 || link_type == 249 || link_type == 279 ? 128u << 20 : 256u << 10;
}

}  // namespace gophercap::packet
