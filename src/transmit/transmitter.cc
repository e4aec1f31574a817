#include "transmit/transmitter.h"

#include <vector>

namespace gophercap::transmit {

FrameLimits common_limits(std::span<Transmitter* const> transmitters) noexcept {
  FrameLimits common = transmitters.front()->limits();
  for (const Transmitter* transmitter : transmitters.subspan(1))
    common = common_limits(common, transmitter->limits());
  return common;
}

std::vector<uint32_t> far_end_bytes(const Transmitter& transmitter) {
  if (transmitter.wires().empty()) return {transmitter.limits().far_end_bytes};
  std::vector<uint32_t> all;
  for (const Transmitter* wire : transmitter.wires()) all.push_back(wire->limits().far_end_bytes);
  return all;
}

std::string describe(std::span<Transmitter* const> transmitters) {
  std::string all;
  std::vector<std::string> seen;
  for (const Transmitter* transmitter : transmitters) {
    const std::string text = transmitter->describe();
    if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    seen.push_back(text);
    all += (all.empty() ? "" : ", ") + text;
  }
  return all;
}

}  // namespace gophercap::transmit
