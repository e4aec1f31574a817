// Packets that a network card or the kernel merged before they were captured (TSO, GSO, GRO, LRO)
// become the packets that were on the wire, or could have been.
#pragma once

#include <cstdint>

#include "packet/frame.h"
#include "packet/frame_step.h"
#include "rewrite/fit/refusal.h"
#include "rewrite/headers.h"

namespace gophercap::rewrite {

// The innermost addresses and ports, the same for both directions.
struct Connection {
  uint64_t hash = 0;
  bool forward = false;  // which of the directions; means nothing else
};
// REQUIRES: the innermost header is of TCP or UDP.
Connection connection_of(const uint8_t* packet, const Headers& headers) noexcept;

// What is known of a direction of a connection; 0: nothing.
struct SegmentSize {
  uint16_t mss = 0;      // by the options of its SYNs
  uint16_t largest = 0;  // payload of its largest segment
};
class SegmentSizes {
 public:
  virtual ~SegmentSizes() = default;
  virtual SegmentSize of(const Connection& connection) const noexcept = 0;
};

// Smaller ones only waste packets, and are not what a sender would use.
inline constexpr uint32_t kSmallestMss = 48;
// Of a connection without an MSS option (RFC 9293): the largest segment that was seen may have been
// a short one.
inline constexpr uint32_t kDefaultMss = 536;

// Adds to `out` the segments of a TCP packet, or the datagrams of a UDP packet that is evidently
// made of several of one size (QUIC with one connection ID), each a frame of at most `most_bytes`:
// with the same headers, except for lengths, checksums, sequence numbers, flags and IPv4
// identifications, which count on. Their checksums are right. Adds nothing where it refuses. Pure.
Refusal segment(const packet::Frame& frame, uint32_t most_bytes, const SegmentSizes& sizes,
                packet::FrameList& out);

}  // namespace gophercap::rewrite
