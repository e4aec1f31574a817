// Applies rules to the frames between their capture and the wire.
#pragma once

#include <cstdint>
#include <utility>

#include "packet/frame.h"
#include "packet/frame_rewriter.h"
#include "packet/frame_step.h"
#include "packet/link_type.h"
#include "packet/vlan.h"
#include "rewrite/rules/rules.h"

namespace gophercap::rewrite {

// Rules for MAC addresses and VLAN tags concern the outermost Ethernet header. They look at the
// frame as it was captured: a rule for a network is about the addresses before they change.
class RulesRewriter final : public packet::FrameRewriter {
 public:
  explicit RulesRewriter(Rules rules) : rules_(std::move(rules)) {}

  const Rules& rules() const noexcept { return rules_; }

  uint32_t growth_bytes() const noexcept override {
    return static_cast<uint32_t>(rules_.vlans.push.size()) * packet::kVlanTagBytes;
  }
  bool may_change(uint32_t link_type) const noexcept override {
    return !rules_.network.empty() || (link_type == packet::kLinkTypeEthernet && !rules_.empty());
  }
  bool may_resize(uint32_t link_type) const noexcept override {
    return link_type == packet::kLinkTypeEthernet &&
           (rules_.vlans.pop > 0 || !rules_.vlans.push.empty());
  }
  bool differs_by_loop() const noexcept override { return rules_.network.unique_addresses; }
  bool rewrite(const packet::Frame& frame, uint64_t loop, packet::FrameList& out) const override;

 private:
  const Rules rules_;
};

}  // namespace gophercap::rewrite
