#include "rewrite/rules/rules_rewriter.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "packet/layers.h"
#include "rewrite/network/rewrite_network.h"
#include "rewrite/rules/mac_writer.h"

namespace gophercap::rewrite {
namespace {

using packet::kAddressesBytes;
using packet::kEthernetHeaderBytes;
using packet::kVlanTagBytes;

bool has_ethernet_header(const packet::Frame& frame) noexcept {
  return frame.link_type == packet::kLinkTypeEthernet && frame.bytes >= kEthernetHeaderBytes;
}

// Number of complete tags behind the addresses. The type that follows each of them is in the frame.
uint32_t count_tags(const packet::Frame& frame) noexcept {
  uint32_t tags = 0;
  for (uint32_t at = kAddressesBytes; frame.bytes - at >= kVlanTagBytes + 2; at += kVlanTagBytes) {
    if (!packet::is_vlan_type(load_be16(frame.data + at))) break;
    ++tags;
  }
  return tags;
}

// Changes the captured tags that are left, which begin at `tag`.
bool change_tags(const VlanRules& rules, uint8_t* tag, uint32_t tags) noexcept {
  bool changed = false;
  for (; tags > 0; --tags, tag += kVlanTagBytes) {
    const uint16_t before = load_be16(tag + 2);
    auto id = static_cast<uint16_t>(before & 0x0fff);
    const auto found =
        std::ranges::lower_bound(rules.map, id, {}, [](const auto& pair) { return pair.first; });
    if (found != rules.map.end() && found->first == id) id = found->second;
    uint16_t after = static_cast<uint16_t>((before & 0xf000) | id);
    if (rules.priority)
      after = static_cast<uint16_t>((after & 0x1fff) | (unsigned{*rules.priority} << 13));
    store_be16(tag + 2, after);
    changed = changed || after != before;
  }
  return changed;
}

void write_pushed(const VlanRules& rules, uint8_t* to) noexcept {
  for (size_t i = rules.push.size(); i-- > 0; to += kVlanTagBytes) {
    const VlanRule& tag = rules.push[i];
    store_be16(to, tag.type);
    store_be16(to + 2, static_cast<uint16_t>((unsigned{tag.priority} << 13) | tag.id));
  }
}

}  // namespace

bool RulesRewriter::rewrite(const packet::Frame& frame, uint64_t loop,
                            packet::FrameList& out) const {
  const bool ethernet = has_ethernet_header(frame);
  if (!may_change(frame.link_type) || frame.bytes == 0 || (!ethernet && rules_.network.empty())) {
    out.add(frame);
    return false;
  }
  const VlanRules& vlans = rules_.vlans;
  const uint32_t tags = ethernet ? count_tags(frame) : 0;
  const uint32_t popped = std::min(tags, vlans.pop);
  const uint32_t pushed = ethernet ? static_cast<uint32_t>(vlans.push.size()) : 0;
  const auto moved_by = static_cast<int32_t>((pushed - popped) * kVlanTagBytes);
  packet::Frame made = frame;
  made.bytes += static_cast<uint32_t>(moved_by);
  const int64_t original = int64_t{frame.original_bytes} + moved_by;
  made.original_bytes = static_cast<uint32_t>(std::clamp<int64_t>(original, 0, UINT32_MAX));
  uint8_t* const to = out.add_made(made);
  const uint32_t kept_at = kAddressesBytes + pushed * kVlanTagBytes;  // of tags that are left
  bool changed = popped > 0 || pushed > 0;
  if (!changed) {
    std::memcpy(to, frame.data, frame.bytes);
  } else {
    const uint32_t behind = kAddressesBytes + popped * kVlanTagBytes;
    std::memcpy(to, frame.data, kAddressesBytes);
    write_pushed(vlans, to + kAddressesBytes);
    std::memcpy(to + kept_at, frame.data + behind, frame.bytes - behind);
  }
  if (tags > popped && (!vlans.map.empty() || vlans.priority)) {
    changed = change_tags(vlans, to + kept_at, tags - popped) || changed;
  }
  if (ethernet && !rules_.macs.empty())
    changed = write_macs(rules_.macs, frame, tags, to, moved_by) || changed;
  if (!rules_.network.empty()) {
    changed = rewrite_network(to, made.bytes, made.original_bytes, made.link_type, rules_.network,
                              loop) ||
              changed;
  }
  if (!changed) {
    out.remove_made();
    out.add(frame);
  }
  return changed;
}

}  // namespace gophercap::rewrite
