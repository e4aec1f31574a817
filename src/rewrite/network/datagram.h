// A part of a frame, and what IP carries.
#pragma once

#include <algorithm>
#include <cstdint>

namespace gophercap::rewrite {

// The bytes of a frame up to the end of a packet inside it.
struct Part {
  static constexpr uint64_t kUnknown = uint64_t{1} << 40;

  uint32_t end = 0;       // captured
  uint64_t wire_end = 0;  // kUnknown: the headers contradict themselves

  bool has(uint64_t at, uint32_t count) const noexcept { return at <= end && count <= end - at; }
  bool whole() const noexcept { return wire_end <= end; }
  // A header that ends at `header_end` says that its packet ends at `packet_end`.
  void limit(uint64_t packet_end, uint64_t header_end) noexcept {
    if (packet_end < header_end) {
      wire_end = kUnknown;
      return;
    }
    wire_end = packet_end;
    end = static_cast<uint32_t>(std::min<uint64_t>(end, packet_end));
  }
};

// The payload of an IP packet.
struct Datagram {
  Part part{};
  uint32_t at = 0;  // where it begins
  // Of the addresses that checksums cover. With a route ahead, the destination is the last address
  // of the route, and 0 if that is not known.
  uint32_t source = 0;
  uint32_t destination = 0;
  uint8_t protocol = 0;
  bool ipv6 = false;
  bool fragment = false;

  uint32_t address_bytes() const noexcept { return ipv6 ? 16 : 4; }
};

}  // namespace gophercap::rewrite
