// Which of several wires a packet takes.
#pragma once

#include <cstdint>

#include "packet/flow_key.h"
#include "packet/frame.h"

namespace gophercap::replay {

// Pure: the same packet always takes the same wire. Several threads may use it at once.
class WireChoice {
 public:
  virtual ~WireChoice() = default;
  // The number of a wire, from 0. `packet` is as it was captured.
  virtual uint32_t wire_of(const packet::Frame& packet) const noexcept = 0;
};

// All packets between two hosts take the same wire, in both directions, with their fragments.
class EvenChoice final : public WireChoice {
 public:
  explicit EvenChoice(uint32_t wires) : wires_(wires) {}
  uint32_t wire_of(const packet::Frame& packet) const noexcept override {
    return packet::pair_hash(packet.data, packet.bytes, packet.link_type) % wires_;
  }

 private:
  const uint32_t wires_;
};

}  // namespace gophercap::replay
