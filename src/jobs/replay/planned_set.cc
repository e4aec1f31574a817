#include "jobs/replay/planned_set.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/saturating.h"
#include "base/worker_pool.h"
#include "jobs/map/map_set.h"
#include "jobs/replay/flow_sampling.h"
#include "jobs/replay/replay_memory.h"
#include "jobs/set/load_set.h"
#include "jobs/set/packet_selection.h"
#include "packet/link_type.h"
#include "replay/plan/timeline.h"
#include "rewrite/ethernet/ethernet_step.h"

namespace gophercap::jobs {
namespace {

Ratio time_factor_of(const ScheduleOptions& options, const replay::Plan& plan, Reporter& reporter) {
  if (options.rule.at_rate()) return {};
  if (!options.scale_to) return options.speed.inverse();
  if (plan.span() == Nanos{0}) {
    reporter.warning("--time-scale-duration: all packets have one time; there is nothing to scale");
    return {};
  }
  return {static_cast<uint64_t>(options.scale_to->count()),
          static_cast<uint64_t>(plan.span().count())};
}

Result<replay::Plan> plan_of(const PlannedSet& planned, const PlannedSetOptions& options,
                             const std::stop_token& stop) {
  const ScheduleOptions& schedule = options.schedule;
  return replay::make_plan(planned.set, {.store = planned.tarballs->store(),
                                         .window = options.select.window,
                                         .key_rule = schedule.sort ? replay::KeyRule::kOwnTime
                                                                   : replay::KeyRule::kRunningMax,
                                         .clock_steps = schedule.clock_steps,
                                         .files_start_together = schedule.files_start_together,
                                         .file_gap = schedule.file_gap,
                                         .workers = worker_count(options.set.workers),
                                         .stop = stop});
}

// Null if every packet is Ethernet, so that a set that needs no conversion pays for none.
std::unique_ptr<const packet::FrameStep> conversion_for(const PlannedSetOptions& options,
                                                        const replay::Plan& plan) {
  const ToEthernet wanted = options.link.to_ethernet;
  if (wanted == ToEthernet::kOff || (wanted == ToEthernet::kAuto && !options.real_time))
    return nullptr;
  const bool needed = std::ranges::any_of(plan.link_types, [](const dataset::LinkTypeCount& l) {
    return l.link_type != packet::kLinkTypeEthernet && l.packets > 0;
  });
  if (!needed) return nullptr;
  return std::make_unique<rewrite::EthernetStep>(options.link.macs);
}

}  // namespace

uint64_t PlannedSet::most_packets() const noexcept {
  const uint64_t all = saturating_product(plan.packets, engine.loops);
  if (!engine.limit.packets) return all;
  return all == 0 ? *engine.limit.packets : std::min(all, *engine.limit.packets);
}

Nanos PlannedSet::total() const noexcept {
  if (engine.loops == 0) return engine.limit.time.value_or(Nanos{0});
  const Nanos all = replay::Timeline(plan.first, plan.period(engine.loop_gap), engine.time_factor)
                        .due(plan.last, engine.loops - 1);
  return std::min(all, engine.limit.time.value_or(all));
}

ScheduleNotes PlannedSet::notes() const {
  if (engine.send.topspeed || engine.rule.at_rate()) return {};
  ScheduleNotes notes{.pauses = {}, .clocks = clocks_set_back(plan)};
  // Users who shorten pauses know about them, and a limit of time includes them.
  if (!engine.rule.longest_gap && !engine.limit.time)
    notes.pauses = long_pauses(plan, engine.time_factor);
  return notes;
}

Result<PlannedSet> plan_set(const PlannedSetOptions& options, Reporter& reporter,
                            const std::stop_token& stop) {
  TRY_VOID(check_expression(options.select.expression, stop));
  PlannedSet planned;
  TRY(LoadedSet loaded, load_set(options.set, options.beside, reporter, stop));
  planned.set = std::move(loaded.set);
  planned.tarballs = std::move(loaded.tarballs);
  TRY(planned.plan, plan_of(planned, options, stop));
  TRY(PacketSelection packets,
      select_packets(options.select, planned.plan.link_types, reporter, stop));
  planned.expression = std::move(packets.expression);
  if (options.select.sample) {
    TRY(planned.sample, make_sample(*options.select.sample, planned.plan,
                                    worker_count(options.set.workers), options.memory.bytes, stop));
    packets.choice.sample = planned.sample.get();
  }
  planned.step = conversion_for(options, planned.plan);
  if (!options.rules.empty())
    planned.rewriter = std::make_unique<rewrite::RulesRewriter>(options.rules);
  // The sending thread has its own CPU; merging shares the others.
  TRY(const ReplayMemory memory,
      share_memory(planned.set, planned.plan, options.memory, std::clamp(cpu_count() / 2, 1u, 4u),
                   options.preload, reporter));
  planned.decoders_bytes = memory.decoders_bytes;
  const ScheduleOptions& schedule = options.schedule;
  planned.engine = {.choice = packets.choice,
                    .changes = {.step = planned.step.get(), .rewriter = planned.rewriter.get()},
                    .time_factor = time_factor_of(schedule, planned.plan, reporter),
                    .rule = schedule.rule,
                    .send = {.topspeed = schedule.topspeed},
                    .limit = options.select.limit.value_or(replay::Limit{}),
                    .loops = schedule.loops(),
                    .loop_gap = schedule.loop_gap,
                    .memory_bytes = memory.packets_bytes,
                    .decoders_in_turns = memory.in_turns,
                    .reader_threads = memory.reader_threads,
                    .preload = options.preload};
  if (planned.engine.loops != 1 && !schedule.topspeed && !schedule.rule.at_rate() &&
      planned.plan.period(planned.engine.loop_gap) == Nanos{0}) {
    reporter.warning(
        "the set has one time only, so its loops follow without a pause; --loop-gap gives one");
  }
  return planned;
}

}  // namespace gophercap::jobs
