// Takes a share of all flows, each of them whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "base/ratio.h"
#include "packet/frame.h"

namespace gophercap::packet {

// The hosts that send fragments to each other with some IP protocol. A fragment has no ports, so
// all that they send with it counts as one flow.
//
// Bounded: of too many only some are known, and which ones does not depend on the order of packets,
// nor on how they were divided between objects that are merged.
class FragmentedPairs {
 public:
  explicit FragmentedPairs(size_t most) : most_(most) {}

  void learn(const Frame& frame);
  // REQUIRES: the same bound.
  void merge(const FragmentedPairs& other);
  bool complete() const noexcept { return last_ == UINT64_MAX; }
  size_t size() const noexcept { return pairs_.size(); }
  // True also for those that are not known to send none.
  bool contains(uint64_t pair) const noexcept { return pair > last_ || pairs_.contains(pair); }

 private:
  void add(uint64_t pair);

  size_t most_;
  uint64_t last_ = UINT64_MAX;  // those above it are not in the set
  std::set<uint64_t> pairs_;
};

// A flow is what two hosts send each other, in both directions, from and to the same ports. Without
// ports it is all that they send each other with one IP protocol, and without IP all that two
// stations send each other. Of tunnels the outermost IP header counts. Pure: the same packet is
// always taken, or never. Several threads may use it at once.
class FlowSample {
 public:
  // REQUIRES: `share` is at most 1.
  FlowSample(Ratio share, FragmentedPairs fragmented)
      : share_(share), fragmented_(std::move(fragmented)) {}

  bool takes(const Frame& frame) const noexcept;

 private:
  const Ratio share_;
  const FragmentedPairs fragmented_;
};

}  // namespace gophercap::packet
