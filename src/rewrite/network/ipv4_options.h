// Addresses in the options of IPv4 (RFC 791).
#pragma once

#include <cstdint>

#include "rewrite/network/address_editor.h"

namespace gophercap::rewrite {

// `at` and `end` are the offsets of the options of a header; the frame has these bytes.

// Returns the offset of the last address of a source route that is not completed, which is the
// destination in checksums; 0 if there is none.
uint32_t end_of_ipv4_route(const Edits& edits, uint32_t at, uint32_t end) noexcept;

// Changes the addresses in record route, source routes and timestamps, as far as they are set.
Change rewrite_ipv4_options(AddressEditor& editor, uint32_t at, uint32_t end) noexcept;

}  // namespace gophercap::rewrite
