#include "jobs/replay/losses.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packet/layers.h"
#include "packet/link_type.h"
#include "rewrite/ethernet/ethernet_form.h"
#include "rewrite/rules/rules.h"

namespace gophercap::jobs {
namespace {

// The limits for the frames of a file as they were captured; empty: the map does not tell how long
// they are when they are sent.
std::optional<transmit::FrameLimits> limits_as_captured(const PlannedSet& setup,
                                                        const dataset::FileSummary& file,
                                                        transmit::FrameLimits limits) {
  const auto any = [&](const auto& holds) {
    return std::ranges::any_of(file.link_types, [&](const dataset::LinkTypeCount& l) {
      return l.packets > 0 && holds(l.link_type);
    });
  };
  const replay::Changes& changes = setup.engine.changes;
  if (!any([&](uint32_t link) { return changes.may_resize(link); })) return limits;
  const bool other_links = any([](uint32_t link) { return link != packet::kLinkTypeEthernet; });
  if (other_links || setup.rewriter == nullptr) return std::nullopt;
  const rewrite::VlanRules& vlans = setup.rewriter->rules().vlans;
  if (vlans.pop > 0 || vlans.push.empty()) return std::nullopt;
  // Every frame gets the same tags. What an interface accepts depends on the outermost one.
  if (limits.max_bytes == UINT32_MAX) return limits;
  if (vlans.push.back().type == packet::kEtherVlan) limits.max_bytes += limits.vlan_extra_bytes;
  limits.vlan_extra_bytes = 0;
  limits.max_bytes -= std::min(limits.max_bytes, setup.rewriter->growth_bytes());
  return limits;
}

// Says how many packets are too long: "5", "2 to 5", "up to 5". Empty unless at least one certainly
// is.
std::string longer_than(const PlannedSet& setup, const transmit::FrameLimits& limits) {
  // Packets above a lower limit, which the user has set, are left out anyway.
  if (setup.engine.choice.longest_frame_bytes <= limits.max_bytes) return {};
  Bounds sum;
  for (const dataset::FileSummary& file : setup.set.files) {
    const CaptureTime low = file.min.value_or(setup.plan.first);
    const CaptureTime high = file.max.value_or(setup.plan.first);
    const replay::Window& window = setup.engine.choice.window;
    if (window.contains_none(low, high)) continue;
    const auto as_captured = limits_as_captured(setup, file, limits);
    if (!as_captured) continue;
    const Bounds bounds = too_long(file, *as_captured);
    const bool whole = window.contains_all(low, high);
    sum.most += bounds.most;
    sum.least += whole ? bounds.least : 0;
    sum.some_are = sum.some_are || bounds.some_are;
  }
  if (!sum.some_are) return {};
  if (sum.least == sum.most) return fmt::format("{}", sum.least);
  return sum.least > 0 ? fmt::format("{} to {}", sum.least, sum.most)
                       : fmt::format("up to {}", sum.most);
}

std::string_view fate_of(Oversize policy) noexcept {
  switch (policy) {
    case Oversize::kSegment:
      return "TCP leaves as segments, others are skipped (--oversize)";
    case Oversize::kFragment:
      return "they leave as IP fragments where that is allowed (--oversize)";
    case Oversize::kTruncate:
      return "they leave without their end (--oversize)";
    case Oversize::kSkip:
    case Oversize::kFail:
      break;
  }
  return "they are skipped, as asked (--oversize)";
}

}  // namespace

bool may_be_too_long(const dataset::FileSummary& file,
                     const transmit::FrameLimits& limits) noexcept {
  // Packets of other links may have shorter headers.
  const uint32_t header = limits.ethernet_only ? 0 : packet::kEthernetHeaderBytes;
  return file.max_captured_bytes > limits.max_bytes - std::min(limits.max_bytes, header);
}

Bounds too_long(const dataset::FileSummary& file, const transmit::FrameLimits& limits) noexcept {
  if (file.max_captured_bytes <= limits.max_bytes) return {};
  uint64_t others = 0;  // skipped because of their link type; the long packets may be among them
  for (const dataset::LinkTypeCount& l : file.link_types) {
    if (limits.ethernet_only && l.link_type != packet::kLinkTypeEthernet) others += l.packets;
  }
  if (others == file.packets) return {};
  struct Threshold {
    uint64_t bytes;
    uint64_t packets;  // above it
  };
  const std::array<Threshold, 4> thresholds = {{{0, file.packets},
                                                {1514, file.packets_above_1514},
                                                {1518, file.packets_above_1518},
                                                {9014, file.packets_above_9014}}};
  // A packet with a VLAN tag, or with a frame check sequence, which is removed, may be a few bytes
  // longer.
  constexpr uint64_t kFrameCheckBytes = 4;
  const uint64_t surely = uint64_t{limits.max_bytes} + limits.vlan_extra_bytes + kFrameCheckBytes;
  Bounds bounds{.least = 0, .most = file.packets, .some_are = file.max_captured_bytes > surely};
  for (const Threshold& t : thresholds) {
    if (t.bytes <= limits.max_bytes) bounds.most = t.packets;
    if (t.bytes >= surely && t.bytes > 0) {
      bounds.least = t.packets;
      break;
    }
  }
  bounds.some_are = bounds.some_are && others == 0;
  bounds.least = std::max(bounds.least - std::min(bounds.least, others), uint64_t{bounds.some_are});
  return bounds;
}

void warn_of_link_types(const PlannedSet& setup, Reporter& reporter) {
  const bool converts = setup.engine.changes.step != nullptr;
  uint64_t converted = 0;
  uint64_t others = 0;
  std::vector<std::string> converted_names;
  std::vector<std::string> names;
  for (const dataset::LinkTypeCount& l : setup.plan.link_types) {
    if (l.link_type == packet::kLinkTypeEthernet || l.packets == 0) continue;
    const bool has_form = rewrite::has_ethernet_form(l.link_type);
    (converts && has_form ? converted : others) += l.packets;
    const std::string_view name = packet::link_type_name(l.link_type);
    (converts && has_form ? converted_names : names)
        .push_back(name.empty() ? fmt::format("link type {}", l.link_type) : std::string(name));
  }
  if (converted > 0) {
    reporter.info(fmt::format(
        "{} of {} packets are not Ethernet ({}) and get Ethernet headers where possible", converted,
        setup.plan.packets, fmt::join(converted_names, ", ")));
  }
  if (others == 0) return;
  reporter.warning(fmt::format("{} of {} packets will be skipped: not Ethernet ({}){}", others,
                               setup.plan.packets, fmt::join(names, ", "),
                               converts ? ", and without an Ethernet form" : ""));
}

void warn_of_far_end(const PlannedSet& setup, const std::string& interface,
                     const transmit::InterfaceFacts& facts, bool gets_all, Reporter& reporter) {
  transmit::FrameLimits far = transmit::interface_limits(facts);
  if (!facts.far_end || far.far_end_bytes == UINT32_MAX) return;
  far.max_bytes = far.far_end_bytes;
  far.vlan_extra_bytes = 0;
  const std::string count = longer_than(setup, far);
  if (count.empty()) return;
  const std::string far_end = fmt::format("({}, MTU {})", facts.far_end->name, facts.far_end->mtu);
  if (gets_all) {
    reporter.warning(fmt::format(
        "{} of {} packets will fail: longer than the {} bytes that the far end takes {}", count,
        setup.plan.packets, far.max_bytes, far_end));
    return;
  }
  reporter.warning(fmt::format(
      "{} of {} packets are longer than the {} bytes that the far end of {} takes {}: those for it "
      "will fail",
      count, setup.plan.packets, far.max_bytes, interface, far_end));
}

void warn_of_long_packets(const PlannedSet& setup, const transmit::FrameLimits& limits,
                          Oversize policy, Reporter& reporter) {
  if (policy == Oversize::kFail) return;  // nothing leaves
  if (const std::string count = longer_than(setup, limits); !count.empty()) {
    reporter.warning(
        fmt::format("{} of {} packets are longer than the {} bytes of a frame here: {}", count,
                    setup.plan.packets, limits.max_bytes, fate_of(policy)));
  }
}

}  // namespace gophercap::jobs
