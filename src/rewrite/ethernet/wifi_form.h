// The Ethernet form of IEEE 802.11 frames.
#pragma once

#include "rewrite/ethernet/link_payload.h"

namespace gophercap::rewrite {

// `has_fcs`: the frame ends with its check sequence.
Form wifi(Cursor cursor, bool has_fcs) noexcept;
Form radiotap(Cursor cursor) noexcept;
// The headers of Prism and AVS, which share a link type.
Form prism(Cursor cursor) noexcept;

}  // namespace gophercap::rewrite
