// Packets that are too long become IP fragments, or lose their end.
#pragma once

#include <cstdint>

#include "packet/frame.h"
#include "packet/frame_step.h"
#include "rewrite/fit/refusal.h"

namespace gophercap::rewrite {

enum class DontFragment : uint8_t { kRespect, kIgnore };

// Adds to `out` the fragments of the outermost IP packet (RFC 791, RFC 8200), each a frame of at
// most `most_bytes`. A fragment becomes smaller ones. Where the flag is ignored, it is not set in
// the fragments. Their identification follows from the packet if it has none. Adds nothing where it
// refuses. Pure.
Refusal fragment(const packet::Frame& frame, uint32_t most_bytes, DontFragment flag,
                 packet::FrameList& out);

// Adds the first `most_bytes` of the frame to `out`. `mend`: the lengths in its headers, through
// tunnels, become those of what is left, and its checksums right; it is then a packet of its own,
// not a part of one.
void truncate(const packet::Frame& frame, uint32_t most_bytes, bool mend, packet::FrameList& out);

}  // namespace gophercap::rewrite
