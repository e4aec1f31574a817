#include "packet/flow_sample.h"

#include <array>
#include <iterator>

#include "base/bytes.h"
#include "packet/flow_key.h"
#include "packet/mix.h"

namespace gophercap::packet {
namespace {

// Its numbers have nothing to do with those of pair_hash(), which chooses a sending thread.
constexpr uint64_t kSeed = 0x5eed0f10c2a5ull;

uint64_t hash_of(const std::array<uint8_t, 16>& address, uint64_t port) noexcept {
  return mix(load_le64(address.data()) ^ mix(load_le64(address.data() + 8) ^ mix(port + 1)));
}

// The sum makes both directions equal.
uint64_t hash_of(const FlowKey& key, uint64_t source_port, uint64_t destination_port) noexcept {
  return mix(hash_of(key.source, source_port) + hash_of(key.destination, destination_port) +
             mix(kSeed + key.protocol));
}

uint64_t pair_of(const FlowKey& key) noexcept {
  constexpr uint64_t kNoPort = 1 << 16;
  return hash_of(key, kNoPort, kNoPort);
}

}  // namespace

void FragmentedPairs::learn(const Frame& frame) {
  const FlowKey key = flow_key(frame.data, frame.bytes, frame.link_type);
  if (key.fragment) add(pair_of(key));
}

void FragmentedPairs::merge(const FragmentedPairs& other) {
  for (const uint64_t pair : other.pairs_) add(pair);
  if (other.last_ >= last_) return;
  last_ = other.last_;
  pairs_.erase(pairs_.upper_bound(last_), pairs_.end());
}

void FragmentedPairs::add(uint64_t pair) {
  if (pair > last_) return;
  pairs_.insert(pair);
  if (pairs_.size() <= most_) return;
  const auto largest = std::prev(pairs_.end());
  last_ = *largest - 1;
  pairs_.erase(largest);
}

bool FlowSample::takes(const Frame& frame) const noexcept {
  const FlowKey key = flow_key(frame.data, frame.bytes, frame.link_type);
  uint64_t flow = 0;
  if (key.network == FlowKey::Network::kNone) {
    flow = mix(kSeed + pair_hash(frame.data, frame.bytes, frame.link_type));
  } else {
    flow = pair_of(key);
    if (key.has_ports && !fragmented_.contains(flow))
      flow = hash_of(key, key.source_port, key.destination_port);
  }
  return flow % share_.den < share_.num;
}

}  // namespace gophercap::packet
