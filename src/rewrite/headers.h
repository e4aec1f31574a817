// The headers of a packet that depend on how long it is, from the link layer to the innermost
// transport, through tunnels.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "packet/frame.h"

namespace gophercap::rewrite {

// A header that begins at `offset` in the packet.
struct Header {
  enum class Kind : uint8_t { kPppoe, kIpv4, kIpv6, kIpv6Extension, kGre, kUdp, kTcp };
  Kind kind = Kind::kIpv4;
  uint8_t protocol = 0;  // of an extension: its type
  uint32_t offset = 0;
  uint32_t bytes = 0;
};

struct Headers {
  static constexpr uint32_t kMost = 24;
  std::array<Header, kMost> list{};  // outermost first
  uint32_t count = 0;
  uint32_t payload = 0;   // where the payload of the innermost header begins …
  uint32_t end = 0;       // … and ends; padding or a trailer may follow
  bool complete = true;   // all headers are complete, and none says that the packet is longer
  bool fragment = false;  // the innermost IP packet is one; its transport is not in the list
  // The packet depends on data that is not supported here: authentication, a route that is not
  // completed, a home address, sequence numbers of a tunnel.
  bool bound = false;

  std::span<const Header> all() const noexcept { return {list.data(), count}; }
  const Header* innermost() const noexcept { return count == 0 ? nullptr : &list[count - 1]; }
};

enum class Depth : uint8_t {
  kOutermostIp,  // and its extension headers
  kInnermost,    // through VXLAN, GENEVE, GRE and IP in IP
};

// Finds the headers of a frame. An IP length of zero (captured before segmentation offload) means
// that the packet extends to the end of the frame. Reads no byte outside the frame. Pure.
Headers headers_of(const packet::Frame& frame, Depth depth) noexcept;

// Returns the innermost IP header before the header `index`; null if there is none.
const Header* ip_of(const Headers& headers, uint32_t index) noexcept;

// Returns how long a packet with these headers may be, at most `bytes`. Length fields have 16 bits.
uint32_t longest_packet(const Headers& headers, uint32_t bytes) noexcept;

// Writes lengths and checksums into the headers of a packet of `bytes` bytes. Checksums of UDP and
// GRE are written only if the packet has them. REQUIRES: complete headers; `bytes` is at least
// headers.payload and at most longest_packet().
void seal(uint8_t* packet, uint32_t bytes, const Headers& headers) noexcept;

// The headers of a packet, copied to the beginning of the packets that are made of it, without the
// option for jumbo payloads (RFC 2675), which shorter packets must not have.
struct Prologue {
  static constexpr uint32_t kMostBytes = 1024;
  std::array<uint8_t, kMostBytes> bytes;
  Headers headers;  // offsets in `bytes`; `payload` is the number of bytes

  uint32_t size() const noexcept { return headers.payload; }
  // Returns false if the headers are too long.
  bool copy(const uint8_t* packet, const Headers& original) noexcept;
};

}  // namespace gophercap::rewrite
