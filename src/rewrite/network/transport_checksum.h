// The checksums of what IP carries.
#pragma once

#include <array>
#include <cstdint>

#include "rewrite/network/datagram.h"
#include "rewrite/network/edits.h"

namespace gophercap::rewrite {

struct ChecksumField {
  enum class Kind : uint8_t {
    kNone,
    kSum,               // of the payload (RFC 1071)
    kSumWithAddresses,  // and of a pseudo header
    kCrc32c,
  };
  Kind kind = Kind::kNone;
  uint8_t offset = 0;
  bool optional = false;   // 0 means that there is none
  bool covers_all = true;  // otherwise recompute() does not know how much it covers
};

// Knows TCP, UDP, UDP-Lite, SCTP, DCCP, ICMP of both versions, and those of OSPF, PIM, VRRP, mobile
// IPv6 and HIP that cover addresses.
ChecksumField checksum_field(const Edits& edits, const Datagram& datagram) noexcept;

// True if the field contains the sum of the pseudo header only, because the packet was captured
// before the network card computed the checksum. Linux puts the length into that sum, Windows does
// not if the card also segments. A correct checksum that has this value by chance is recognised if
// the packet is whole. REQUIRES: kSumWithAddresses; the field was captured.
bool is_partial(const Edits& edits, const Datagram& datagram, const ChecksumField& field) noexcept;

// Writes the correct checksum. REQUIRES: the datagram is whole, no fragment, and its field is not
// kNone. UDP-Lite and DCCP are summed as far as they say.
Change recompute(Edits& edits, const Datagram& datagram, const ChecksumField& field) noexcept;

// Changes the CRC of SCTP, which is at `field` and covers the ports, but no addresses. A wrong one
// differs from the correct one by the same bits as before. 0 remains: the network card was to
// compute it. That of a fragment remains too, because it depends on the length of the whole.
Change update_crc(Edits& edits, const Datagram& datagram, uint32_t field,
                  const std::array<uint8_t, 4>& ports_before) noexcept;

}  // namespace gophercap::rewrite
