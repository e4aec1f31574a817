// The extension headers of IPv6 and the addresses in them.
#pragma once

#include <cstdint>

#include "rewrite/network/address_editor.h"
#include "rewrite/network/datagram.h"

namespace gophercap::rewrite {

struct Ipv6Path {
  Datagram datagram{};
  bool reached = false;  // the payload begins in the captured part, and this is no later fragment
};

// Walks from the IPv6 header at `at`, of which 40 bytes were captured, to its payload.
Ipv6Path ipv6_path(const Edits& edits, uint32_t at, const Part& part) noexcept;

// Changes the addresses in routing headers of types 0, 2 and 4 (RFC 5095, RFC 6275, RFC 8754) and
// in home address options.
Change rewrite_ipv6_extensions(AddressEditor& editor, uint32_t at, const Part& part) noexcept;

}  // namespace gophercap::rewrite
