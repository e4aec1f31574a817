// What the packets of a set tell about the size of segments of its connections.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bounded_table.h"
#include "packet/frame.h"
#include "rewrite/fit/segment.h"

namespace gophercap::rewrite {

// Bounded: of too many connections only some are known. Which ones these are, and what is known of
// them, does not depend on the order of packets, nor on how they were divided between tables that
// are merged.
class SegmentTable final : public SegmentSizes {
 public:
  explicit SegmentTable(size_t most_connections) : connections_(most_connections) {}

  // Learns from a TCP packet. A frame of more than `most_bytes` is not a segment, but will become
  // several.
  void learn(const packet::Frame& frame, uint32_t most_bytes);
  // REQUIRES: the same most_connections.
  void merge(const SegmentTable& other) { connections_.merge(other.connections_); }
  // Forgets connections without such frames.
  void keep_needed();

  SegmentSize of(const Connection& connection) const noexcept override;
  // False: there were more connections than it may hold.
  bool complete() const noexcept { return connections_.complete(); }
  size_t size() const noexcept { return connections_.size(); }

 private:
  struct Entry {
    uint64_t hash = 0;
    uint16_t mss = 0;          // the smallest of its SYNs
    uint16_t largest[2] = {};  // in each direction
    uint16_t needed = 0;       // it has frames that are too long

    void merge(const Entry& other) noexcept;
  };

  BoundedTable<Entry> connections_;
};

}  // namespace gophercap::rewrite
