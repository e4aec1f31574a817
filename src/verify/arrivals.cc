#include "verify/arrivals.h"

#include <algorithm>
#include <bit>

#include "base/saturating.h"
#include "packet/digest.h"
#include "packet/vlan.h"
#include "verify/assignment.h"

namespace gophercap::verify {
namespace {

constexpr uint64_t kBytesPerExpected = 40;  // due, key, pairing; then place and offset
constexpr uint64_t kBytesPerArrival = 28;
constexpr uint64_t kBytesPerOtherForm = 16;

// Ethernet pads to 60 bytes. A tag may be inserted after padding, or removed from a padded frame.
constexpr size_t kPaddedBytes = 64;

// Number of packets over which the offset is assumed to be constant; the median of so many is
// robust against outliers.
constexpr size_t kOffsetRun = 63;
constexpr int64_t kSecondNs = 1'000'000'000;
// A copy of a packet arrives soon after it.
constexpr int64_t kBesidesPlanNs = 100'000'000;

int64_t median(std::span<int64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void ArrivalMatcher::Table::seal() {
  std::ranges::sort(keys);
  // About eight keys have the same upper bits.
  const unsigned bits =
      static_cast<unsigned>(std::clamp(static_cast<int>(std::bit_width(keys.size())) - 3, 1, 24));
  shift = 64 - bits;
  begins.assign((size_t{1} << bits) + 1, 0);
  for (const Key& key : keys) ++begins[(key.digest >> shift) + 1];
  for (size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
}

bool ArrivalMatcher::Table::holds(uint64_t digest) const noexcept {
  if (keys.empty()) return false;
  const auto begin = keys.begin() + begins[digest >> shift];
  const auto end = keys.begin() + begins[(digest >> shift) + 1];
  const auto found = std::lower_bound(begin, end, Key{digest, 0});
  return found != end && found->digest == digest;
}

ArrivalMatcher::ArrivalMatcher(uint64_t memory_bytes, uint64_t likely_packets,
                               uint32_t compared_bytes)
    : compared_bytes_(compared_bytes), memory_left_(memory_bytes) {
  // Vectors that grow by copying would need the memory twice. Unused memory is never touched.
  const uint64_t most = memory_bytes / (kBytesPerExpected + kBytesPerArrival);
  const auto room = static_cast<size_t>(std::min({likely_packets, most, uint64_t{kNobody}}));
  due_.reserve(room);
  planned_.keys.reserve(room);
  came_.reserve(room);
  arrived_.reserve(room);
}

bool ArrivalMatcher::take_room(uint64_t more) noexcept {
  if (more > memory_left_) return false;
  memory_left_ -= more;
  return true;
}

uint64_t ArrivalMatcher::key_of(std::span<const uint8_t> captured,
                                uint64_t wire_bytes) const noexcept {
  return packet::digest(captured.first(std::min<size_t>(captured.size(), compared_bytes_)),
                        wire_bytes);
}

bool ArrivalMatcher::expect(std::span<const uint8_t> frame, Nanos due, uint64_t original_bytes) {
  const bool tagged =
      packet::may_arrive_untagged(frame.data(), static_cast<uint32_t>(frame.size()));
  const bool in_part = original_bytes > frame.size();
  const uint64_t other_forms = uint64_t{tagged} + uint64_t{in_part};
  if (due_.size() >= kNobody - 1 ||
      !take_room(kBytesPerExpected + other_forms * kBytesPerOtherForm)) {
    return false;
  }
  const auto index = static_cast<uint32_t>(due_.size());
  planned_.keys.push_back({key_of(frame, frame.size()), index});
  if (tagged) {
    scratch_.assign(frame.begin(), frame.begin() + packet::kAddressesBytes);
    scratch_.insert(scratch_.end(), frame.begin() + packet::kAddressesBytes + packet::kVlanTagBytes,
                    frame.end());
    untagged_.keys.push_back({key_of(scratch_, scratch_.size()), index});
  }
  if (in_part) recorded_.keys.push_back({key_of(frame, original_bytes), index});
  expects_short_ |= frame.size() < kPaddedBytes;
  due_.push_back(due.count());
  return true;
}

void ArrivalMatcher::seal() {
  planned_.seal();
  untagged_.seal();
  recorded_.seal();
}

// Returns the digest of the planned frame that `frame` equals without zeros at its end.
std::optional<uint64_t> ArrivalMatcher::without_padding(const ReceivedFrame& frame) const noexcept {
  if (!expects_short_ || frame.wire_bytes > kPaddedBytes) return std::nullopt;
  // Cut by the snap length of the receiver, so the frame may have had any length up to that on the
  // wire.
  for (size_t n = frame.data.size(); n < frame.wire_bytes; ++n) {
    const uint64_t digest = key_of(frame.data, n);
    if (knows(digest)) return digest;
  }
  for (size_t n = frame.data.size(); n > packet::kEthernetHeaderBytes && frame.data[n - 1] == 0;
       --n) {
    const uint64_t digest = key_of(frame.data.first(n - 1), n - 1);
    if (knows(digest)) return digest;
  }
  return std::nullopt;
}

bool ArrivalMatcher::arrive(const ReceivedFrame& frame) {
  const bool is_cut = frame.data.size() < frame.wire_bytes;
  uint64_t digest = key_of(frame.data, frame.wire_bytes);
  const bool known = knows(digest);
  if (!known) {
    // If less was captured than is compared, the frame cannot be recognized.
    const bool too_little = is_cut && frame.data.size() < compared_bytes_;
    const std::optional<uint64_t> bare = too_little ? std::nullopt : without_padding(frame);
    if (!bare) {
      ++unexpected_;
      return true;
    }
    digest = *bare;
  }
  if (came_.size() >= kNobody - 1 || !take_room(kBytesPerArrival)) return false;
  padded_ += known ? 0 : 1;
  cut_ += is_cut ? 1 : 0;
  arrived_.push_back({digest, static_cast<uint32_t>(came_.size())});
  came_.push_back(ns_of(frame.time));
  return true;
}

// Computes medians of runs of pairs, which give the offset at any time.
void ArrivalMatcher::learn_offsets() {
  offsets_.clear();
  std::vector<int64_t> run;
  int64_t newest = 0;
  const auto end_run = [&] {
    if (!run.empty()) offsets_.push_back({newest, median(run)});
    run.clear();
  };
  for (size_t i = 0; i < came_.size(); ++i) {
    if (expected_of_[i] == kNobody) continue;
    run.push_back(saturating_difference(came_[i], due_[expected_of_[i]]));
    newest = came_[i];
    if (run.size() == kOffsetRun) end_run();
  }
  end_run();
  std::ranges::sort(offsets_, {}, &OffsetThen::came_ns);
  // Where the offset changes a lot, packets with unknown offset may differ by as much.
  int64_t step = 0;
  for (size_t i = 1; i < offsets_.size(); ++i)
    step = std::max(step, absolute_difference(offsets_[i].offset_ns, offsets_[i - 1].offset_ns));
  horizon_ns_ = saturating_sum(Nanos(kSecondNs), saturating_sum(Nanos(step), Nanos(step))).count();
}

int64_t ArrivalMatcher::offset_about(int64_t came_ns) const noexcept {
  auto next = std::ranges::lower_bound(offsets_, came_ns, {}, &OffsetThen::came_ns);
  if (next == offsets_.end()) --next;
  return next->offset_ns;
}

void ArrivalMatcher::pair_group(std::span<const Key> expected, std::span<const Key> arrived) {
  std::vector<int64_t> due;
  std::vector<int64_t> came;
  for (const Key& key : expected) due.push_back(due_[key.index]);
  for (const Key& key : arrived) {
    const int64_t t = came_[key.index];
    came.push_back(saturating_difference(t, offset_about(t)));
  }
  const std::vector<uint32_t> places = assign(due, came, horizon_ns_);
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i] != kNobody) pair(expected[places[i]].index, arrived[i].index);
  }
}

// Both are sorted. Unique packets are paired first: they show how late packets are, which
// distinguishes identical ones.
void ArrivalMatcher::pair_all(std::span<const Key> expected, std::span<const Key> arrived,
                              std::optional<CaptureTime> started) {
  const auto for_each_group = [&](auto&& visit) {
    const auto length = [](std::span<const Key> keys) {
      const auto end = std::ranges::find_if(
          keys, [&](const Key& key) { return key.digest != keys.front().digest; });
      return static_cast<size_t>(end - keys.begin());
    };
    std::span<const Key> e = expected;
    std::span<const Key> a = arrived;
    while (!e.empty() && !a.empty()) {
      const size_t n = e.front().digest <= a.front().digest ? length(e) : 0;
      const size_t m = a.front().digest <= e.front().digest ? length(a) : 0;
      if (n > 0 && m > 0) visit(e.first(n), a.first(m));
      e = e.subspan(n);
      a = a.subspan(m);
    }
  };
  for_each_group([&](std::span<const Key> e, std::span<const Key> a) {
    if (e.size() == 1 && a.size() == 1) pair(e[0].index, a[0].index);
  });
  learn_offsets();
  if (offsets_.empty()) {
    // No packet is unique. Groups that are complete are used instead. If there are none, the first
    // arrival is assumed to be the packet due nearest to its time by the clock of the sender, or
    // else the first planned one.
    uint32_t first_arrival = kNobody;
    OffsetThen first{};
    for_each_group([&](std::span<const Key> e, std::span<const Key> a) {
      for (size_t i = 0; e.size() == a.size() && i < e.size(); ++i) pair(e[i].index, a[i].index);
      if (a[0].index >= first_arrival) return;
      first_arrival = a[0].index;
      const int64_t came = came_[first_arrival];
      int64_t due = due_[e[0].index];
      for (size_t i = 1; started && i < e.size(); ++i) {
        const int64_t by_clock = saturating_difference(came, ns_of(*started));
        if (absolute_difference(due_[e[i].index], by_clock) < absolute_difference(due, by_clock))
          due = due_[e[i].index];
      }
      first = {came, saturating_difference(came, due)};
    });
    learn_offsets();
    if (offsets_.empty() && first_arrival != kNobody) offsets_.push_back(first);
  }
  for_each_group([&](std::span<const Key> e, std::span<const Key> a) {
    if (arrival_of_[e[0].index] == kNobody) pair_group(e, a);
  });
}

uint64_t ArrivalMatcher::pair_rest(Table& other_form, std::optional<CaptureTime> started) {
  if (other_form.keys.empty()) return 0;
  std::erase_if(other_form.keys, [&](const Key& k) { return arrival_of_[k.index] != kNobody; });
  std::erase_if(arrived_, [&](const Key& k) { return expected_of_[k.index] != kNobody; });
  const auto open = std::ranges::count(arrival_of_, kNobody);
  pair_all(other_form.keys, arrived_, started);
  return static_cast<uint64_t>(open - std::ranges::count(arrival_of_, kNobody));
}

Arrivals ArrivalMatcher::judge(std::optional<CaptureTime> started) {
  arrival_of_.assign(due_.size(), kNobody);
  expected_of_.assign(came_.size(), kNobody);
  std::ranges::sort(arrived_);
  pair_all(planned_.keys, arrived_, started);
  restored_ = pair_rest(untagged_, started);
  pair_rest(recorded_, started);
  Arrivals result;
  count(result);
  count_reordered(result);
  measure(result, started);
  return result;
}

// Counts arrivals that look like a packet of the plan but came well before or after all of it:
// traffic of others, or of a part of the replay that this plan does not include.
uint64_t ArrivalMatcher::outside_plan() const noexcept {
  if (offsets_.empty() || due_.empty()) return 0;
  uint64_t others = 0;
  for (size_t i = 0; i < came_.size(); ++i) {
    if (expected_of_[i] != kNobody) continue;
    const int64_t t = saturating_difference(came_[i], offset_about(came_[i]));
    if (saturating_difference(due_.front(), t) > kBesidesPlanNs ||
        saturating_difference(t, due_.back()) > kBesidesPlanNs) {
      ++others;
    }
  }
  return others;
}

void ArrivalMatcher::count(Arrivals& result) const {
  result.expected = due_.size();
  for (size_t i = 0; i < due_.size(); ++i) {
    if (arrival_of_[i] != kNobody) {
      ++result.arrived;
      continue;
    }
    ++result.lost;
    if (result.first_lost.size() < Arrivals::kLostListed)
      result.first_lost.push_back({i, Nanos(due_[i])});
  }
  const uint64_t others = outside_plan();
  result.duplicated = came_.size() - result.arrived - others;
  result.unexpected = unexpected_ + others;
  result.cut = cut_;
  result.padded = padded_;
  result.vlan_tags_restored = restored_;
}

void ArrivalMatcher::count_reordered(Arrivals& result) const {
  uint32_t earliest = kNobody;  // earliest arrival of all later places in the plan
  for (size_t i = due_.size(); i-- > 0;) {
    const uint32_t arrival = arrival_of_[i];
    if (arrival == kNobody) continue;
    if (arrival < earliest) {
      earliest = arrival;
      continue;
    }
    ++result.reordered;
    result.reorder_extent = std::max<uint64_t>(result.reorder_extent, arrival - earliest);
    result.reorder_late_time = std::max(
        result.reorder_late_time, Nanos(saturating_difference(came_[arrival], came_[earliest])));
  }
}

void ArrivalMatcher::measure(Arrivals& result, std::optional<CaptureTime> started) const {
  std::vector<uint32_t> here;  // places that arrived
  here.reserve(result.arrived);
  for (uint32_t i = 0; i < due_.size(); ++i) {
    if (arrival_of_[i] != kNobody) here.push_back(i);
  }
  if (here.empty()) return;
  const auto due = [&](size_t n) { return due_[here[n]]; };
  const auto came = [&](size_t n) { return came_[arrival_of_[here[n]]]; };
  const auto since = [](int64_t later, int64_t sooner) {
    return saturating_difference(later, sooner);
  };

  std::vector<int64_t> offsets(here.size());  // relative to that of the first
  for (size_t n = 0; n < here.size(); ++n) {
    offsets[n] = since(since(came(n), came(0)), since(due(n), due(0)));
    if (n > 0)
      result.gap_error.record(
          absolute_difference(since(came(n), came(n - 1)), since(due(n), due(n - 1))));
    if (started) {
      const int64_t late = since(since(came(n), ns_of(*started)), due(n));
      result.lateness.record(late);
      result.early += late < 0 ? 1 : 0;
    }
  }
  const size_t last = here.size() - 1;
  result.planned_duration = Nanos(since(due(last), due(0)));
  result.duration = Nanos(since(came(last), came(0)));

  // The lateness of the very first packet (cold caches, a first wake-up) is not part of a trend.
  const int64_t window = std::min(kSecondNs, result.planned_duration.count() / 2);
  std::vector<int64_t> begin;
  std::vector<int64_t> end;
  for (size_t n = 1; n < here.size(); ++n) {
    if (since(due(n), due(0)) <= window) begin.push_back(offsets[n]);
    if (since(due(last), due(n)) <= window) end.push_back(offsets[n]);
  }
  if (!begin.empty() && !end.empty()) result.drift = Nanos(since(median(end), median(begin)));

  const int64_t middle = median(offsets);
  for (const int64_t offset : offsets)
    result.offset_error.record(absolute_difference(offset, middle));
  if (started) {
    const int64_t first = since(since(came(0), ns_of(*started)), due(0));
    result.median_lateness = saturating_sum(Nanos(first), Nanos(middle));
  }
}

}  // namespace gophercap::verify
