#include "jobs/replay/replay_forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/characters.h"
#include "base/saturating.h"
#include "base/shortage.h"
#include "base/worker_pool.h"
#include "jobs/map/map_set.h"
#include "jobs/replay/expected_accounts.h"
#include "jobs/replay/learn_sides.h"
#include "jobs/replay/open_target.h"
#include "jobs/replay/oversize.h"
#include "jobs/replay/replay_setup.h"
#include "jobs/replay/rewriting.h"
#include "replay/plan/timeline.h"
#include "transmit/transmitter.h"

namespace gophercap::jobs {
namespace {

// Computes when the first and the last packet of a loop are due. If that depends on each packet, it
// is an upper limit.
class Schedule {
 public:
  // REQUIRES: both outlive it.
  Schedule(const PlannedSet& setup, const replay::Accounts& accounts)
      : plan_(setup.plan),
        rule_(setup.engine.rule),
        accounts_(accounts),
        timeline_(setup.plan.first, setup.plan.period(setup.engine.loop_gap),
                  setup.engine.time_factor) {}

  bool is_exact() const {
    return rule_.at_rate() ? rule_.kind == replay::ScheduleRule::Kind::kPacketsPerSecond
                           : !rule_.longest_gap;
  }
  Nanos first(uint64_t loop) const {
    return shortened(rule_.at_rate() ? rate_due(loop, 0, 0) : timeline_.due(plan_.first, loop),
                     frames_before(loop, 0));
  }
  Nanos last(uint64_t loop) const {
    const uint64_t behind = std::max<uint64_t>(accounts_.frames_sent, 1) - 1;
    // An upper limit, because the length of the last packet is unknown.
    return shortened(rule_.at_rate() ? rate_due(loop, behind, accounts_.sent_bytes)
                                     : timeline_.due(plan_.last, loop),
                     frames_before(loop, behind));
  }

 private:
  uint64_t frames_before(uint64_t loop, uint64_t in_this) const {
    return saturating_sum(saturating_product(loop, accounts_.frames_sent), in_this);
  }
  Nanos rate_due(uint64_t loop, uint64_t frames, uint64_t bytes) const {
    if (rule_.kind == replay::ScheduleRule::Kind::kPacketsPerSecond)
      return replay::due_at_rate(rule_, frames_before(loop, frames));
    return replay::due_at_rate(
        rule_, saturating_sum(saturating_product(loop, accounts_.sent_bytes), bytes));
  }
  // With --max-gap, so many gaps cannot be longer in total.
  Nanos shortened(Nanos due, uint64_t pauses) const {
    if (!rule_.longest_gap) return due;
    // If the schedule begins with packets that are left out, the time until the first one sent is a
    // gap too.
    if (!rule_.at_rate() && accounts_.left_out() > 0) pauses = saturating_sum(pauses, 1);
    const auto gap = static_cast<uint64_t>(rule_.longest_gap->count());
    return Nanos(static_cast<int64_t>(
        std::min<uint64_t>(static_cast<uint64_t>(due.count()), saturating_product(pauses, gap))));
  }

  const replay::Plan& plan_;
  const replay::ScheduleRule& rule_;
  const replay::Accounts& accounts_;
  const replay::Timeline timeline_;
};

// REQUIRES: forecast.accounts is set.
void add_times(Forecast& forecast, const PlannedSet& setup) {
  forecast.time_factor = setup.engine.time_factor;
  forecast.rule = setup.engine.rule;
  forecast.limit = setup.engine.limit;
  if (forecast.rule.at_rate()) forecast.sent_by = replay::SentBy::kRate;
  if (setup.engine.send.topspeed) forecast.sent_by = replay::SentBy::kTopSpeed;
  forecast.loops = setup.engine.loops;
  if (forecast.sent_by == replay::SentBy::kTopSpeed) return;
  const Schedule schedule(setup, forecast.accounts);
  forecast.at_most = !schedule.is_exact();
  forecast.duration = schedule.last(0);
  forecast.period = schedule.first(1);
  if (forecast.loops > 0) forecast.total = schedule.last(forecast.loops - 1);
  if (const std::optional<Nanos>& time = setup.engine.limit.time) {
    forecast.duration = std::min(forecast.duration, *time);
    forecast.total = std::min(forecast.total.value_or(*time), *time);
  }
  if (setup.engine.limit.given()) forecast.at_most = true;
}

Result<std::unique_ptr<const replay::WireChoice>> make_wire_choice(const Target& target,
                                                                   const PlannedSet& setup,
                                                                   unsigned workers,
                                                                   Reporter& reporter,
                                                                   const std::stop_token& stop) {
  TRY(std::unique_ptr<const replay::WireChoice> choice,
      make_side_choice(target, setup, workers, reporter, stop));
  const auto* const interfaces = std::get_if<InterfaceTarget>(&target);
  if (choice != nullptr || interfaces == nullptr || interfaces->names.size() < 2) return choice;
  return std::make_unique<const replay::EvenChoice>(
      static_cast<uint32_t>(interfaces->names.size()));
}

void add_interfaces(const Target& target, ExpectedDetails& details, Forecast& forecast) {
  const bool unknown = forecast.limit.given();  // which packets are the last ones
  if (details.wires == nullptr || unknown) return;
  const std::vector<std::string>& names = std::get<InterfaceTarget>(target).names;
  details.frames_by_wire.resize(names.size());
  for (size_t i = 0; i < names.size(); ++i)
    forecast.frames_by_interface.emplace_back(names[i], details.frames_by_wire[i]);
}

Result<Forecast> forecast_all(const ReplayOptions& options, Reporter& reporter,
                              std::stop_token stop) {
  options.memory.set();
  TRY(PlannedSet setup, set_up(options, reporter, stop));
  // accounts_of() finds files by path.
  std::sort(setup.set.files.begin(), setup.set.files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  const replay::Plan& plan = setup.plan;
  Forecast forecast;
  say_what_is_rewritten(setup, reporter);
  if (setup.rewriter != nullptr) forecast.rewrite = setup.rewriter->rules().texts;
  TargetOutlook target = look_at(options.delivery.target, setup, reporter);
  forecast.target = std::move(target.description);
  forecast.obstacle = std::move(target.obstacle);
  forecast.files = plan.files.size();
  forecast.files_outside_window = plan.files_outside_window;
  forecast.files_damaged =
      setup.set.damaged_files() +
      static_cast<uint64_t>(std::ranges::count_if(setup.set.files, [](const auto& file) {
        return !file.damage && file.reserved_link_type();
      }));
  forecast.files_unread = setup.set.unread_files();
  forecast.overlap_depth = plan.overlap_depth;
  forecast.packets = plan.packets;
  forecast.packets_cut = plan.packets_cut;
  for (const replay::PlannedFile& file : plan.files)
    forecast.clock_steps_followed += file.clock_steps_followed;
  forecast.first = plan.first;
  forecast.last = plan.last;
  forecast.span = plan.span();
  const unsigned workers = worker_count(options.set.workers);
  const transmit::FrameLimits limits = limits_of(target.limits, setup);
  TRY(const auto fitter, make_fitter(options.oversize, setup, limits, workers, reporter, stop));
  setup.engine.changes.fitter = fitter.get();
  TRY(const auto wires, make_wire_choice(options.delivery.target, setup, workers, reporter, stop));
  ExpectedDetails details{.wires = wires.get()};
  TRY(forecast.accounts, expected_accounts(setup, limits, workers, stop, &details));
  if (const Result<> all_fit = check_long_packets(options.oversize, forecast.accounts, limits);
      !all_fit && !forecast.obstacle)
    forecast.obstacle = all_fit.error();
  if (stop.stop_requested()) return Error{Errc::kCancelled, 0, "stopped before the plan was made"};
  add_times(forecast, setup);
  if (setup.engine.loops != 1 && setup.rewriter != nullptr && setup.rewriter->differs_by_loop())
    forecast.rewritten_later = details.rewritten_later;
  add_interfaces(options.delivery.target, details, forecast);
  forecast.notes = setup.notes();
  reporter.schedule(forecast.notes);
  return forecast;
}

}  // namespace

Result<Forecast> forecast_replay(const ReplayOptions& options, Reporter& reporter,
                                 std::stop_token stop) {
  return or_out_of_memory("replay",
                          [&] { return forecast_all(options, reporter, std::move(stop)); });
}

namespace {

nlohmann::ordered_json pauses_to_json(const LongPauses& pauses) {
  nlohmann::ordered_json longest = nlohmann::ordered_json::array();
  for (const LongPause& pause : pauses.longest) {
    longest.push_back({{"duration_ns", pause.length.count()},
                       {"from", format_rfc3339(pause.from)},
                       {"to", format_rfc3339(pause.to)},
                       {"file_before", pause.before},
                       {"file_after", pause.after}});
  }
  return {{"count", pauses.count}, {"total_ns", pauses.sum.count()}, {"longest", longest}};
}

nlohmann::ordered_json clocks_to_json(const Forecast& f) {
  const ClocksSetBack& clocks = f.notes.clocks;
  nlohmann::ordered_json json = {{"set_back", clocks.steps},
                                 {"files", clocks.files},
                                 {"packets_behind", clocks.packets},
                                 {"followed", f.clock_steps_followed}};
  if (clocks.files > 0) json["first_file"] = clocks.first_file;
  if (clocks.first_from) json["first_from"] = format_rfc3339(*clocks.first_from);
  return json;
}

}  // namespace

std::string forecast_to_json(const Forecast& f) {
  using Json = nlohmann::ordered_json;
  Json packets = {{"read", f.accounts.read}, {"to_send", f.accounts.sent}};
  if (f.accounts.frames_sent != f.accounts.sent) packets["frames_to_send"] = f.accounts.frames_sent;
  replay::add_drop_reasons(f.accounts, replay::DropStage::kReading, packets);
  replay::add_changes(f.accounts, packets);
  if (f.rewritten_later) packets["changed"]["rewritten_in_later_loops"] = *f.rewritten_later;
  packets["cut_by_snaplen"] = f.packets_cut;
  Json json = {{"gophercap_plan_version", 1},
               {"target", f.target},
               {"files", f.files},
               {"files_outside_window", f.files_outside_window},
               {"files_damaged", f.files_damaged},
               {"files_unread", f.files_unread},
               {"overlap_depth", f.overlap_depth},
               {"packets_per_loop", f.packets},
               {"beginning", format_rfc3339(f.first)},
               {"end", format_rfc3339(f.last)},
               {"span_ns", f.span.count()},
               {"pacing", replay::pacing_text(f.sent_by, f.rule)},
               {"stretch", {{"num", f.time_factor.num}, {"den", f.time_factor.den}}},
               {"duration_ns", f.duration.count()},
               {"period_ns", f.period.count()},
               {"loops", f.loops},
               {"total_duration_ns", f.total ? Json(f.total->count()) : Json(nullptr)},
               {"durations_at_most", f.at_most},
               {"long_pauses", pauses_to_json(f.notes.pauses)},
               {"clock_steps", clocks_to_json(f)},
               {"packets", std::move(packets)}};
  if (f.limit.given()) json["limit"] = replay::limit_to_json(f.limit);
  if (!f.rewrite.empty()) json["rewrite"] = f.rewrite;
  for (const auto& [name, frames] : f.frames_by_interface)
    json["interfaces"].push_back({{"name", name}, {"frames_to_send", frames}});
  if (f.obstacle) json["obstacle"] = f.obstacle->what;
  return escape_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace gophercap::jobs
