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
constexpr uint64_t kTableBytes = uint64_t{21} << 20;  // at most

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
  if (const uint64_t disagreeing = table.disagreeing(); disagreeing > 0) {
    reporter.warning(
        fmt::format("--split: {} fragmented packets have an IP identification that others of the "
                    "same hosts have "
                    "too; what follows their first fragment goes by its addresses",
                    disagreeing));
  }
  if (const uint64_t left_out = table.unknown() - table.disagreeing(); left_out > 0) {
    reporter.warning(fmt::format(
        "--split: {} packets tell the side of more connections or fragmented packets than fit into "
        "the table ({}); the others go by their ports or addresses",
        left_out, kMostOfAKind));
  }
  return std::make_unique<const SideChoice>(*interfaces->split, std::move(table));
}

}  // namespace gophercap::jobs
