#include "jobs/replay/learn_sides.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

#include "base/time.h"
#include "jobs/replay/learn_from_set.h"

namespace gophercap::jobs {
namespace {

constexpr size_t kMostOfAKind = size_t{1} << 16;
constexpr uint64_t kTableBytes = uint64_t{18} << 20;  // at most

}  // namespace

Result<std::unique_ptr<const SideChoice>> make_side_choice(const Target& target,
                                                           const PlannedSet& setup,
                                                           unsigned workers, Reporter& reporter,
                                                           const std::stop_token& stop) {
  const auto* const interfaces = std::get_if<InterfaceTarget>(&target);
  if (interfaces == nullptr || !interfaces->split) return std::unique_ptr<const SideChoice>();
  TRY(SideTable table,
      learn_from_set(setup.plan, SideTable(kMostOfAKind),
                     workers_within(setup.engine.memory_bytes, kTableBytes, workers),
                     "the sides of connections", stop,
                     [](SideTable& part, const packet::Frame& packet, const Seen& seen) {
                       part.learn(packet, ns_of(seen.time), seen.place);
                     }));
  table.settle();
  if (table.unknown() > 0) {
    reporter.warning(fmt::format(
        "--split: {} packets tell the side of more connections or fragmented packets than fit into "
        "the table ({}); the others go by their ports or addresses",
        table.unknown(), kMostOfAKind));
  }
  return std::make_unique<const SideChoice>(*interfaces->split, std::move(table));
}

}  // namespace gophercap::jobs
