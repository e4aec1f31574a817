// The headers of a packet that depend on how long it is, from the link layer to the innermost
// transport, through tunnels.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "packet/frame.h"

namespace gophercap::rewrite {

// Its bytes begin at `offset` in the packet.
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
  uint32_t payload = 0;   // where that of the innermost header begins
  uint32_t end = 0;       // and ends: what follows is padding, or a trailer
  bool complete = true;   // every header is, and none says that the packet is longer
  bool fragment = false;  // the innermost IP packet is one; its transport is not in the list
  // Depends on more than is understood here: authentication, a route that the packet has yet to
  // take, a home address, sequence numbers of a tunnel.
  bool bound = false;

  std::span<const Header> all() const noexcept { return {list.data(), count}; }
  const Header* innermost() const noexcept { return count == 0 ? nullptr : &list[count - 1]; }
};

enum class Depth : uint8_t {
  kOutermostIp,  // and its extension headers
  kInnermost,    // through VXLAN, GENEVE, GRE and IP in IP
};

// An IP length of zero (captured before segmentation offload) means all that there is. Reads no
// byte outside the frame. Pure.
Headers headers_of(const packet::Frame& frame, Depth depth) noexcept;

// The IP header that `index` is behind; null if there is none.
const Header* ip_of(const Headers& headers, uint32_t index) noexcept;

// How long a packet with these headers may be, at most `bytes`: lengths have 16 bits.
uint32_t longest_packet(const Headers& headers, uint32_t bytes) noexcept;

// Writes lengths and checksums into a packet of `bytes` bytes that has these headers: those of IPv4
// and TCP, and of UDP and GRE where there are any. REQUIRES: complete headers; `bytes` is at least
// headers.payload, and at most longest_packet().
void seal(uint8_t* packet, uint32_t bytes, const Headers& headers) noexcept;

// The beginning of packets that are made of one packet: its headers, without the option for jumbo
// payloads (RFC 2675), which shorter packets may not have.
struct Prologue {
  static constexpr uint32_t kMostBytes = 1024;
  std::array<uint8_t, kMostBytes> bytes;
  Headers headers;  // in `bytes`; `payload` is how many there are

  uint32_t size() const noexcept { return headers.payload; }
  // False if they are too many.
  bool copy(const uint8_t* packet, const Headers& original) noexcept;
};

}  // namespace gophercap::rewrite
