// Link types with the numbers of https://www.tcpdump.org/linktypes.html, as in pcap and pcapng
// files.
#pragma once

#include <cstdint>
#include <string_view>

namespace gophercap::packet {

inline constexpr uint32_t kLinkTypeEthernet = 1;
inline constexpr uint32_t kLinkTypeRaw = 101;
inline constexpr uint32_t kLinkTypeLinuxCooked = 113;
inline constexpr uint32_t kLinkTypeErf = 197;
inline constexpr uint32_t kLinkTypeLinuxCooked2 = 276;

// Returns "ETHERNET", "RAW", "LINUX_SLL", …: the name in the registry without LINKTYPE_, or "" for
// an unknown number.
std::string_view link_type_name(uint32_t link_type) noexcept;

// The largest captured length that a record of this link type may have; more is damage (SPEC: 256
// KiB, 128 MiB for 231, 249, 279).
constexpr uint32_t max_captured_bytes(uint32_t link_type) noexcept {
  return link_type == 231 || link_type == 249 || link_type == 279 ? 128u << 20 : 256u << 10;
}

}  // namespace gophercap::packet
