// Divides packets that are too long into IP fragments, or truncates them.
#pragma once

#include <cstdint>

#include "packet/frame.h"
#include "packet/frame_step.h"
#include "rewrite/fit/refusal.h"

namespace gophercap::rewrite {

enum class DontFragment : uint8_t { kRespect, kIgnore };

// Adds the fragments of the outermost IP packet (RFC 791, RFC 8200) to `out`, each in a frame of at
// most `most_bytes`. A fragment is divided into smaller ones. If the flag is ignored, it is not set
// in the fragments. If the packet has no identification, one is derived from its contents. If the
// packet is refused, nothing is added. Pure.
Refusal fragment(const packet::Frame& frame, uint32_t most_bytes, DontFragment flag,
                 packet::FrameList& out);

// Adds the first `most_bytes` of the frame to `out`. With `mend`, lengths and checksums in its
// headers, also inside tunnels, are corrected, so that the result is a valid shorter packet.
void truncate(const packet::Frame& frame, uint32_t most_bytes, bool mend, packet::FrameList& out);

}  // namespace gophercap::rewrite
