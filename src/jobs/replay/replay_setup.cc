#include "jobs/replay/replay_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/worker_pool.h"
#include "jobs/map/map_set.h"
#include "jobs/replay/replay_memory.h"
#include "jobs/replay/replay_set.h"
#include "packet/link_type.h"
#include "replay/plan/timeline.h"

namespace gophercap::jobs {
namespace {

// Ethernet, then others that know words of their own: raw IP, Linux cooked, IEEE 802.11 with
// radiotap, ATM, MTP2. An expression that none of them understands is wrong.
constexpr std::array<uint32_t, 6> kLanguages = {packet::kLinkTypeEthernet, 101, 113, 127, 123, 140};

// Before hours are spent on mapping.
Result<> check_words(const std::string& expression, const std::stop_token& stop) {
  std::optional<Error> first;
  for (const uint32_t link_type : kLanguages) {
    const auto compiled = packet::BpfFilter::compile(expression, {&link_type, 1}, stop);
    if (compiled) return {};
    const Errc code = compiled.error().code;
    if (code == Errc::kCancelled || code == Errc::kNoMemory) return compiled.error();
    if (!first) first = compiled.error();
  }
  return *first;
}

std::string link_type_text(uint32_t link_type) {
  const std::string_view name = packet::link_type_name(link_type);
  return name.empty() ? fmt::format("link type {}", link_type) : std::string(name);
}

Result<std::unique_ptr<const packet::BpfFilter>> compile(const std::string& expression,
                                                         const replay::Plan& plan,
                                                         Reporter& reporter,
                                                         const std::stop_token& stop) {
  std::vector<uint32_t> used;
  for (const dataset::LinkTypeCount& l : plan.link_types) {
    if (l.packets > 0) used.push_back(l.link_type);
  }
  TRY(packet::BpfFilter compiled, packet::BpfFilter::compile(expression, used, stop));
  for (const packet::BpfFilter::Unfit& unfit : compiled.unfit()) {
    const auto count = std::find_if(plan.link_types.begin(), plan.link_types.end(),
                                    [&](const auto& l) { return l.link_type == unfit.link_type; });
    reporter.warning(
        fmt::format("--out-bpf: says nothing about {} ({}); its packets ({}) count as filtered",
                    link_type_text(unfit.link_type), unfit.reason, count->packets));
  }
  return std::make_unique<const packet::BpfFilter>(std::move(compiled));
}

Ratio stretch_of(const ReplayOptions& options, const replay::Plan& plan, Reporter& reporter) {
  if (options.pace.at_rate()) return {};
  if (!options.scale_to) return options.speed.inverse();
  if (plan.span() == Nanos{0}) {
    reporter.warning("--time-scale-duration: all packets have one time; there is nothing to scale");
    return {};
  }
  return {static_cast<uint64_t>(options.scale_to->count()),
          static_cast<uint64_t>(plan.span().count())};
}

}  // namespace

Nanos ReplaySetup::total() const noexcept {
  if (engine.loops == 0) return Nanos{0};
  return replay::Timeline(plan.first, plan.period(engine.loop_gap), engine.stretch)
      .due(plan.last, engine.loops - 1);
}

ScheduleNotes ReplaySetup::notes() const {
  if (engine.send.topspeed || engine.pace.at_rate()) return {};
  ScheduleNotes notes{.pauses = {}, .clocks = clocks_set_back(plan)};
  // Whoever shortens pauses knows of them.
  if (!engine.pace.longest_gap) notes.pauses = long_pauses(plan, engine.stretch);
  return notes;
}

Result<ReplaySetup> set_up(const ReplayOptions& options, Reporter& reporter,
                           const std::stop_token& stop) {
  if (!options.expression.empty()) TRY_VOID(check_words(options.expression, stop));
  ReplaySetup setup;
  TRY(LoadedSet loaded, load_set(options, reporter, stop));
  setup.set = std::move(loaded.set);
  setup.tarballs = std::move(loaded.tarballs);
  TRY(setup.plan,
      replay::make_plan(setup.set, {.store = setup.tarballs->store(),
                                    .window = options.window,
                                    .key_rule = options.sort ? replay::KeyRule::kOwnTime
                                                             : replay::KeyRule::kRunningMax,
                                    .clock_steps = options.clock_steps,
                                    .files_start_together = options.files_start_together,
                                    .file_gap = options.file_gap,
                                    .workers = worker_count(options.workers),
                                    .stop = stop}));
  if (!options.expression.empty()) {
    TRY(setup.expression, compile(options.expression, setup.plan, reporter, stop));
  }
  // The sending thread has a CPU to itself, merging shares the others.
  TRY(const ReplayMemory memory,
      share_memory(setup.set, setup.plan, options.memory, std::clamp(cpu_count() / 2, 1u, 4u),
                   options.preload, reporter));
  setup.decoders_bytes = memory.decoders_bytes;
  const bool endless = options.loop_infinite || options.loop_count <= 0;
  setup.engine = {.choice = {.window = options.window,
                             .expression = setup.expression.get(),
                             .skip_out_of_order = options.skip_out_of_order,
                             .longest_frame_bytes = options.longest_frame_bytes},
                  .stretch = stretch_of(options, setup.plan, reporter),
                  .pace = options.pace,
                  .send = {.topspeed = options.topspeed,
                           .realtime = options.pacing == replay::Pacing::kExact,
                           .late = options.late,
                           .late_limit = options.late_limit,
                           .start_at_wall_ns = options.start_at_wall_ns,
                           .link_timeout = options.link_timeout},
                  .loops = endless ? 0 : static_cast<uint64_t>(options.loop_count),
                  .loop_gap = options.loop_gap,
                  .memory_bytes = memory.packets_bytes,
                  .decoders_in_turns = memory.in_turns,
                  .reader_threads = memory.reader_threads,
                  .preload = options.preload};
  if (setup.engine.loops != 1 && !options.topspeed && !options.pace.at_rate() &&
      setup.plan.period(setup.engine.loop_gap) == Nanos{0}) {
    reporter.warning(
        "the set has one time only, so its loops follow without a pause; --loop-gap gives one");
  }
  return setup;
}

Bounds too_long(const dataset::FileSummary& file, const transmit::FrameLimits& limits) noexcept {
  if (file.max_captured_bytes <= limits.max_bytes) return {};
  uint64_t others = 0;  // are skipped whatever their length, and may be the long ones
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
  // With a VLAN tag, and a frame check sequence that is left off, some bytes more may still fit.
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

}  // namespace gophercap::jobs
