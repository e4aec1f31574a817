// Divides packets that a network card or the kernel merged before they were captured (TSO, GSO,
// GRO, LRO) into packets as they were, or may have been, on the wire.
#pragma once

#include <cstdint>

#include "packet/frame.h"
#include "packet/frame_step.h"
#include "rewrite/fit/refusal.h"
#include "rewrite/headers.h"

namespace gophercap::rewrite {

// Identifies a connection by its innermost addresses and ports; `hash` is the same in both
// directions.
struct Connection {
  uint64_t hash = 0;
  bool forward = false;  // distinguishes the directions
};
// REQUIRES: the innermost header is TCP or UDP.
Connection connection_of(const uint8_t* packet, const Headers& headers) noexcept;

// What is known about one direction of a connection; 0: unknown.
struct SegmentSize {
  uint16_t mss = 0;      // from the options of its SYN packets
  uint16_t largest = 0;  // payload of its largest segment
};
class SegmentSizes {
 public:
  virtual ~SegmentSizes() = default;
  virtual SegmentSize of(const Connection& connection) const noexcept = 0;
};

// Senders do not use smaller values.
inline constexpr uint32_t kSmallestMss = 48;
// For a connection without an MSS option (RFC 9293), since the largest segment seen may have been a
// short one.
inline constexpr uint32_t kDefaultMss = 536;

// Adds the segments of a TCP packet to `out`, each in a frame of at most `most_bytes`; or the
// datagrams of a UDP packet that evidently consists of several of the same size (QUIC with one
// connection ID). They have the headers of the packet with correct lengths, checksums, sequence
// numbers, flags and consecutive IPv4 identifications. If the packet is refused, nothing is added.
// Pure.
Refusal segment(const packet::Frame& frame, uint32_t most_bytes, const SegmentSizes& sizes,
                packet::FrameList& out);

}  // namespace gophercap::rewrite
