// The conversion to Ethernet as a step between a file and the wire.
#pragma once

#include <cstdint>
#include <optional>

#include "packet/frame.h"
#include "packet/frame_step.h"
#include "packet/link_type.h"
#include "rewrite/ethernet/to_ethernet.h"

namespace gophercap::rewrite {

class EthernetStep final : public packet::FrameStep {
 public:
  explicit EthernetStep(const MacChoice& choice) : choice_(choice) {}

  uint32_t growth_bytes() const noexcept override { return kMostEthernetGrowth; }
  bool may_change(uint32_t link_type) const noexcept override {
    return link_type != packet::kLinkTypeEthernet;
  }
  std::optional<packet::LeftOut> apply(const packet::Frame& packet,
                                       packet::FrameList& out) const override {
    return to_ethernet(packet, choice_, out);
  }

 private:
  const MacChoice choice_;
};

}  // namespace gophercap::rewrite
