// Compares what a receiver captured of a replay with the plan, packet by packet.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/histogram.h"
#include "base/time.h"

namespace gophercap::verify {

struct LostPacket {
  uint64_t place = 0;  // in the plan, from 0
  Nanos due{0};        // after the first packet of the plan
};

// expected == arrived + lost. docs/formats/verify.md defines each figure.
struct Arrivals {
  static constexpr size_t kLostListed = 10;

  uint64_t expected = 0;
  uint64_t arrived = 0;  // expected packets that arrived
  uint64_t lost = 0;
  uint64_t duplicated = 0;  // more copies than expected
  uint64_t unexpected = 0;  // frames that are not in the plan
  // Packets that arrived after a packet that follows them in the plan (RFC 4737), and the largest
  // extent, as in its sections 4.2.1 and 4.2.2: number of packets since the first such packet
  // arrived, and time since then.
  uint64_t reordered = 0;
  uint64_t reorder_extent = 0;
  Nanos reorder_late_time{0};
  uint64_t cut = 0;                 // captured only in part, so compared only in part
  uint64_t padded = 0;              // arrived with zeros appended
  uint64_t vlan_tags_restored = 0;  // captured without their VLAN tag
  std::vector<LostPacket> first_lost{};

  // About packets that arrived. The offset of a packet is its arrival time minus its due time.
  Histogram offset_error{};  // |offset - median offset|
  Histogram gap_error{};     // |gap to the previous packet, received minus planned|
  Histogram lateness{};      // by the clock of the sender; empty if the start is unknown
  uint64_t early = 0;        // arrived before they were due by that clock: 0 in `lateness`
  Nanos median_lateness{0};
  Nanos drift{0};  // median offset of the last second minus that of the first
  Nanos planned_duration{0};
  Nanos duration{0};  // first to last packet that arrived, as received

  bool complete() const noexcept { return lost + duplicated + reordered == 0; }
};

// A captured frame without its frame check sequence.
struct ReceivedFrame {
  std::span<const uint8_t> data;  // as far as captured
  uint32_t wire_bytes = 0;
  CaptureTime time{};
};

// Call expect() for all planned packets, then seal(), then arrive() for all packets in the order of
// arrival, then judge(). Needs about 40 bytes for a planned packet (16 more for one with a VLAN
// tag, and for one that was cut by the snap length) and 28 for each of these that arrived. Used by
// one thread.
class ArrivalMatcher {
 public:
  // Only the first `compared_bytes` of each frame and its length are compared (the snap length of
  // the receiver). Reserves room for `likely_packets` planned packets.
  ArrivalMatcher(uint64_t memory_bytes, uint64_t likely_packets, uint32_t compared_bytes);

  // Call in the order of the plan. expect() and arrive() return false, and take nothing, if the
  // memory is used up. If `original_bytes` is above the length of the frame, the set has only its
  // beginning. On a wire this beginning is the whole frame; in a recording of the replay the frame
  // keeps its original length.
  bool expect(std::span<const uint8_t> frame, Nanos due, uint64_t original_bytes = 0);
  void seal();
  bool arrive(const ReceivedFrame& frame);

  uint64_t expected() const noexcept { return due_.size(); }

  // `started` is the time 0 of the plan by the clock of the receiver. Call once.
  Arrivals judge(std::optional<CaptureTime> started);

 private:
  struct Key {
    uint64_t digest;
    uint32_t index;
    auto operator<=>(const Key&) const = default;
  };
  // Sorted keys, and where those with the same upper bits begin.
  struct Table {
    std::vector<Key> keys;
    std::vector<uint32_t> begins;
    unsigned shift = 63;
    void seal();
    bool holds(uint64_t digest) const noexcept;
  };
  // The offset that packets had at about that time.
  struct OffsetThen {
    int64_t came_ns;
    int64_t offset_ns;
  };

  uint64_t key_of(std::span<const uint8_t> captured, uint64_t wire_bytes) const noexcept;
  bool take_room(uint64_t more) noexcept;
  bool knows(uint64_t digest) const noexcept {
    return planned_.holds(digest) || untagged_.holds(digest) || recorded_.holds(digest);
  }
  std::optional<uint64_t> without_padding(const ReceivedFrame& frame) const noexcept;

  void pair(uint32_t expected, uint32_t arrival) noexcept {
    arrival_of_[expected] = arrival;
    expected_of_[arrival] = expected;
  }
  void pair_all(std::span<const Key> expected, std::span<const Key> arrived,
                std::optional<CaptureTime> started);
  void pair_group(std::span<const Key> expected, std::span<const Key> arrived);
  // Pairs frames that are not paired yet by another form of theirs. Returns how many were paired.
  uint64_t pair_rest(Table& other_form, std::optional<CaptureTime> started);
  void learn_offsets();
  int64_t offset_about(int64_t came_ns) const noexcept;

  uint64_t outside_plan() const noexcept;
  void count(Arrivals& result) const;
  void count_reordered(Arrivals& result) const;
  void measure(Arrivals& result, std::optional<CaptureTime> started) const;

  const uint32_t compared_bytes_;
  uint64_t memory_left_;
  bool expects_short_ = false;  // true if there are frames so short that hardware pads them
  uint64_t unexpected_ = 0;
  uint64_t cut_ = 0;
  uint64_t padded_ = 0;
  uint64_t restored_ = 0;
  std::vector<uint8_t> scratch_;

  std::vector<int64_t> due_;          // indexed by place in the plan
  std::vector<uint32_t> arrival_of_;  // the same; kNobody = lost
  std::vector<int64_t> came_;         // in the order of arrival
  std::vector<uint32_t> expected_of_;
  Table planned_;
  Table untagged_;  // frames with a VLAN tag, in the form without it
  Table recorded_;  // frames that the set has only in part, in the form that a recording has
  std::vector<Key> arrived_;
  std::vector<OffsetThen> offsets_;  // ordered by time
  int64_t horizon_ns_ = 0;
};

}  // namespace gophercap::verify
