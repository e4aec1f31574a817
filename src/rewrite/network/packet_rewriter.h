// The walk over the headers of a frame that rewrites them.
#pragma once

#include <array>
#include <cstdint>

#include "packet/frame.h"
#include "rewrite/network/address_editor.h"
#include "rewrite/network/control_messages.h"
#include "rewrite/network/datagram.h"
#include "rewrite/network/edits.h"
#include "rewrite/network/network_rules.h"
#include "rewrite/network/transport_checksum.h"
#include "rewrite/network/tunnel.h"

namespace gophercap::rewrite {

// Rewrites one frame. Each function rewrites what begins at an offset and everything in it, and
// returns the change, by which the checksums around it change. What headers mean is read before
// they change.
class PacketRewriter {
 public:
  PacketRewriter(Edits& edits, const NetworkRules& rules, uint64_t loop) noexcept
      : edits_(edits), rules_(rules), addresses_(edits, rules, loop) {}

  // REQUIRES: the bytes of the frame are those of `edits`.
  void frame(const packet::Frame& frame) noexcept;

 private:
  // Where in the packet something is.
  struct Place {
    uint8_t depth = 0;    // headers that contain others are on the stack
    bool inside = false;  // in a tunnel
    bool quoted = false;  // in an ICMP message
  };

  void other_link(const packet::Frame& frame, const Part& part) noexcept;
  Change ethernet(uint32_t at, const Part& part, Place place) noexcept;
  Change by_type(uint16_t type, uint32_t at, const Part& part, Place place) noexcept;
  Change labels(uint32_t at, const Part& part, Place place) noexcept;
  Change service_header(uint32_t at, const Part& part, Place place) noexcept;
  Change snap(uint32_t at, const Part& part, Place place) noexcept;
  Change ppp(uint32_t at, const Part& part, Place place, bool in_ethernet) noexcept;
  Change pppoe(uint32_t at, Part part, Place place) noexcept;
  Change ip(uint32_t at, const Part& part, Place place) noexcept;
  Change ipv4(uint32_t at, Part part, Place place) noexcept;
  Change ipv6(uint32_t at, const Part& part, Place place) noexcept;

  // What an IP packet carries.
  struct Carried {
    Datagram datagram{};
    bool reached = false;  // the payload was captured from its beginning on
    Tunnel tunnel{};
    ChecksumField checksum{};
    bool partial = false;  // see is_partial()
    bool here = false;     // the headers of this packet are to be rewritten
    Change addresses{};    // of those that the checksum covers
  };
  using Ports = std::array<uint8_t, 4>;

  // Before the header changes.
  void look_at(Carried& carried, Place place) const noexcept;
  // After that.
  Change payload(const Carried& carried, Place place) noexcept;
  Change port(uint32_t at) noexcept;
  Change tunnel(const Carried& carried, Place place) noexcept;
  Change control(const Carried& carried, Place place) noexcept;
  Change sum(const Carried& carried, Change contents, Place place) noexcept;
  Change crc(const Carried& carried, const Ports& ports_before, Place place) noexcept;

  bool applies(Place place, bool is_tunnel) const noexcept;
  bool fixes(Place place) const noexcept;

  Edits& edits_;
  const NetworkRules& rules_;
  AddressEditor addresses_;
};

}  // namespace gophercap::rewrite
