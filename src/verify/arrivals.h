// What a receiver saw of a replay: arrivals held against the plan, packet by packet.
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
  Nanos due{0};        // after the plan's first packet
};

// expected == arrived + lost. docs/formats/verify.md says what each figure means.
struct Arrivals {
  static constexpr size_t kLostListed = 10;

  uint64_t expected = 0;
  uint64_t arrived = 0;  // of those expected
  uint64_t lost = 0;
  uint64_t duplicated = 0;  // more copies than expected
  uint64_t unexpected = 0;  // frames that nobody planned
  // Arrived behind a packet that stands after it in the plan (RFC 4737), and by how much at the
  // most, as its sections 4.2.1 and 4.2.2 have it: packets that came since the first such one, and
  // time since then.
  uint64_t reordered = 0;
  uint64_t reorder_extent = 0;
  Nanos reorder_late_time{0};
  uint64_t cut = 0;                 // arrivals compared only as far as the capture has them
  uint64_t padded = 0;              // arrived with zeros behind them
  uint64_t vlan_tags_restored = 0;  // the receiver has them without their VLAN tag
  std::vector<LostPacket> first_lost{};

  // Of those arrived. The offset of a packet is its time of arrival minus its due time.
  Histogram offset_error{};  // |offset - median offset|
  Histogram gap_error{};     // |gap to the packet before it, as received minus as planned|
  Histogram lateness{};      // against the sender's clock; empty if the start is not known
  uint64_t early = 0;        // came before they were due by that clock: 0 in `lateness`
  Nanos median_lateness{0};
  Nanos drift{0};  // median offset of the last second minus that of the first
  Nanos planned_duration{0};
  Nanos duration{0};  // first to last packet that arrived, as received

  bool complete() const noexcept { return lost + duplicated + reordered == 0; }
};

// A frame as a capture has it, without a frame check sequence.
struct ReceivedFrame {
  std::span<const uint8_t> data;  // as far as captured
  uint32_t wire_bytes = 0;
  CaptureTime time{};
};

// First all expect(), then seal(), then all arrive() in the order of arrival, then judge(). Needs
// about 40 bytes for a packet of the plan (16 more for one with a VLAN tag, and for one that was
// cut by snap length) and 28 for one that arrived and is in it. Used by one thread.
class ArrivalMatcher {
 public:
  // Of each frame the first `compared_bytes` and its length are compared: a receiver's snap length.
  // `likely_packets` of the plan are made room for.
  ArrivalMatcher(uint64_t memory_bytes, uint64_t likely_packets, uint32_t compared_bytes);

  // In the order of the plan. Both say false, and take nothing, where the memory is used up.
  // `original_bytes` above the frame's length: the set has only its beginning. On a wire that is
  // the whole frame, in a recording of the replay it keeps its original length.
  bool expect(std::span<const uint8_t> frame, Nanos due, uint64_t original_bytes = 0);
  void seal();
  bool arrive(const ReceivedFrame& frame);

  uint64_t expected() const noexcept { return due_.size(); }

  // `started`: when the plan's time 0 was, by the receiver's clock. Once.
  Arrivals judge(std::optional<CaptureTime> started);

 private:
  struct Key {
    uint64_t digest;
    uint32_t index;
    auto operator<=>(const Key&) const = default;
  };
  // Sorted keys and where those with the same upper bits begin.
  struct Table {
    std::vector<Key> keys;
    std::vector<uint32_t> begins;
    unsigned shift = 63;
    void seal();
    bool holds(uint64_t digest) const noexcept;
  };
  // The offset that packets had about that time.
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
  // Of those that are not paired yet, by another form of theirs. How many.
  uint64_t pair_rest(Table& other_form, std::optional<CaptureTime> started);
  void learn_offsets();
  int64_t offset_about(int64_t came_ns) const noexcept;

  uint64_t outside_plan() const noexcept;
  void count(Arrivals& result) const;
  void count_reordered(Arrivals& result) const;
  void measure(Arrivals& result, std::optional<CaptureTime> started) const;

  const uint32_t compared_bytes_;
  uint64_t memory_left_;
  bool expects_short_ = false;  // frames that hardware pads
  uint64_t unexpected_ = 0;
  uint64_t cut_ = 0;
  uint64_t padded_ = 0;
  uint64_t restored_ = 0;
  std::vector<uint8_t> scratch_;

  std::vector<int64_t> due_;          // by place in the plan
  std::vector<uint32_t> arrival_of_;  // likewise; kNobody = lost
  std::vector<int64_t> came_;         // by order of arrival
  std::vector<uint32_t> expected_of_;
  Table planned_;
  Table untagged_;  // frames with a VLAN tag, as they are without it
  Table recorded_;  // frames that the set has only in part, as a recording keeps them
  std::vector<Key> arrived_;
  std::vector<OffsetThen> offsets_;  // by time
  int64_t horizon_ns_ = 0;
};

}  // namespace gophercap::verify
