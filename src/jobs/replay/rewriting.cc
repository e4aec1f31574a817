#include "jobs/replay/rewriting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "packet/link_type.h"

namespace gophercap::jobs {
namespace {

// Fills a line; the report has them all.
constexpr size_t kMostShown = 6;

// Packets that keep a link without MAC addresses and VLAN tags.
uint64_t packets_without_ethernet(const PlannedSet& setup) {
  if (setup.step != nullptr) return 0;
  uint64_t packets = 0;
  for (const dataset::LinkTypeCount& l : setup.plan.link_types) {
    if (l.link_type != packet::kLinkTypeEthernet) packets += l.packets;
  }
  return packets;
}

}  // namespace

void say_what_is_rewritten(const PlannedSet& setup, Reporter& reporter) {
  if (setup.rewriter == nullptr) return;
  const rewrite::Rules& rules = setup.rewriter->rules();
  const bool once = setup.engine.loops == 1;
  std::vector<std::string> all = rules.texts;
  // Addresses of the first loop stay.
  if (const auto unique = std::ranges::find(all, "unique-ip"); once && unique != all.end())
    all.erase(unique);
  if (all.empty()) return;
  const std::span<const std::string> texts = all;
  const size_t more = texts.size() - std::min(texts.size(), kMostShown);
  std::string line =
      fmt::format("packets are rewritten: {}", fmt::join(texts.first(texts.size() - more), ", "));
  if (more > 0) line += fmt::format(" and {} more {}", more, more == 1 ? "rule" : "rules");
  reporter.info(line);
  if (rules.macs.empty() && rules.vlans.empty()) return;
  if (const uint64_t others = packets_without_ethernet(setup); others > 0) {
    reporter.warning(fmt::format(
        "{} of {} packets are not Ethernet: they have no MAC addresses and VLAN tags to rewrite",
        others, setup.plan.packets));
  }
}

}  // namespace gophercap::jobs
