#include "replay/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "base/saturating.h"
#include "base/worker_pool.h"
#include "io/parallel/decode_pool.h"

namespace gophercap::replay {
namespace {

// Returns the largest number of files whose [first_key, last_key] contain the same instant. `files`
// is ordered by first_key.
uint64_t depth_of(const std::vector<PlannedFile>& files) {
  std::vector<CaptureTime> ends(files.size());
  std::transform(files.begin(), files.end(), ends.begin(),
                 [](const PlannedFile& f) { return f.last_key; });
  std::sort(ends.begin(), ends.end());
  uint64_t depth = 0;
  size_t ended = 0;
  for (size_t begun = 0; begun < files.size(); ++begun) {
    while (ends[ended] < files[begun].first_key) ++ended;
    depth = std::max<uint64_t>(depth, begun + 1 - ended);
  }
  return depth;
}

// Names the first damage, if any, because it may be the reason.
Error nothing_to_replay(const dataset::DatasetSummary& set) {
  std::string what = "none of the files has a packet";
  const auto broken =
      std::find_if(set.files.begin(), set.files.end(), [](const auto& f) { return f.damage; });
  if (broken != set.files.end()) {
    what += "; the first that could not be read: " + broken->path + ": " + broken->damage->reason;
    if (broken->damage->code == Errc::kNotFound)
      what += " (captures that have moved: --path-prefix OLD=NEW)";
  }
  return {Errc::kNotFound, 0, std::move(what)};
}

// Returns the damage of a header that does not keep the file from being read, if any.
std::optional<capture::Damage> wrong_header(const dataset::FileSummary& file) {
  constexpr uint64_t kLinkTypeAt = 20;  // in a pcap; no other format has such link types
  const std::optional<uint32_t> link_type = file.reserved_link_type();
  if (!link_type || file.damage) return std::nullopt;
  return capture::Damage{kLinkTypeAt, Errc::kCorrupt,
                         fmt::format("the link type, {}, has reserved bits set", *link_type)};
}

// A file that may become part of the plan, and what is known about its packets inside the window.
struct Candidate {
  const dataset::FileSummary* file = nullptr;
  PlannedFile planned;
  uint64_t packets_cut = 0;
  std::vector<dataset::LinkTypeCount> link_types;
  std::optional<capture::Damage> damage;  // found by the survey
  // It has packets on both sides of an end of the window, or its clock was set.
  bool survey = false;
};

Candidate candidate(const dataset::FileSummary& file, CaptureTime beginning,
                    const PlanOptions& options) {
  Candidate c;
  c.file = &file;
  c.packets_cut = file.packets_cut;
  c.link_types = file.link_types;
  const CaptureTime first = file.first.value_or(beginning);
  const bool own = options.key_rule == KeyRule::kOwnTime;
  PlannedFile& planned = c.planned;
  planned.path = file.path;
  planned.initial_time = first;
  planned.first_key = own ? std::min(first, file.min.value_or(first)) : first;
  planned.last_key = std::max(first, file.max.value_or(first));
  planned.packets = file.packets;
  planned.file_size_bytes = file.file_size_bytes;
  planned.mtime_ns = file.mtime_ns;
  planned.mapped = dataset::mapped_part(file);
  planned.sort = own && file.out_of_order > 0;
  planned.follow = options.clock_steps.follow &&
                   (file.largest_step_back > options.clock_steps.limit ||
                    (options.clock_steps.ahead && file.largest_gap > options.clock_steps.limit));
  // After sorting, a packet may lie inside the gap that the file has in its own order.
  if (!planned.sort && file.largest_gap_from) {
    planned.largest_gap = file.largest_gap;
    planned.largest_gap_from = *file.largest_gap_from;
  }
  planned.clock_steps_back = file.clock_steps_back;
  planned.first_step_back_from = file.first_step_back_from;
  planned.packets_behind_step = file.packets_behind_step;
  planned.step_back = file.largest_step_back;
  // Packets without a time count as places too.
  planned.step_back_packets = file.largest_step_back_packets + file.packets_without_time;
  c.survey = planned.follow || !options.window.contains_all(
                                   std::min(first, file.min.value_or(first)), planned.last_key);
  return c;
}

Result<> survey(Candidate& c, const PlanOptions& options, io::DecodePool& pool) {
  PlannedFile& planned = c.planned;
  TRY(Survey found, survey_file(*options.store, planned.path, planned.mapped.most_bytes(),
                                planned.initial_time, options.key_rule, options.clock_steps,
                                {.window = options.window}, {}, {}, options.stop, &pool));
  planned.begins_outside = options.window.from && planned.initial_time < *options.window.from;
  planned.ends_outside = found.ends_outside;
  planned.packets = found.packets;
  planned.first_key = found.first_key.value_or(planned.first_key);
  planned.last_key = found.last_key.value_or(planned.first_key);
  planned.largest_gap = found.largest_gap;
  planned.largest_gap_from = found.largest_gap_from;
  planned.clock_steps_back = found.clock_steps_back;
  planned.first_step_back_from = found.first_step_back_from;
  planned.packets_behind_step = found.packets_behind_step;
  planned.clock_steps_followed = found.clock_steps_followed;
  c.packets_cut = found.packets_cut;
  c.link_types = std::move(found.link_types);
  c.damage = std::move(found.damage);
  return {};
}

void add_link_types(std::vector<dataset::LinkTypeCount>& sums,
                    const std::vector<dataset::LinkTypeCount>& counts) {
  for (const dataset::LinkTypeCount& count : counts) {
    const auto known = std::find_if(sums.begin(), sums.end(),
                                    [&](const auto& l) { return l.link_type == count.link_type; });
    if (known == sums.end()) {
      sums.push_back(count);
    } else {
      known->packets += count.packets;
    }
  }
}

void shift(PlannedFile& file, Nanos by) {
  file.key_shift = by;
  file.first_key = saturating_sum(file.first_key, by);
  file.last_key = saturating_sum(file.last_key, by);
  file.largest_gap_from = saturating_sum(file.largest_gap_from, by);
}

// Moves all files to the first key of the first file. REQUIRES: the files are ordered by path.
void start_together(std::vector<PlannedFile>& files) {
  const CaptureTime zero = files.front().first_key;
  for (PlannedFile& file : files) shift(file, saturating_distance(file.first_key, zero));
}

// REQUIRES: the files are ordered by path.
void put_in_sequence(std::vector<PlannedFile>& files, Nanos gap) {
  CaptureTime next = files.front().first_key;
  for (PlannedFile& file : files) {
    shift(file, saturating_distance(file.first_key, next));
    next = saturating_sum(file.last_key, gap);
  }
}

Error nothing_inside(const dataset::DatasetSummary& set, const Plan& plan) {
  std::string what = "no packet lies inside the window of time";
  if (!plan.damaged.empty()) {
    what += "; " + plan.damaged.front().path +
            " could not be read: " + plan.damaged.front().damage.reason;
  } else if (set.beginning && set.end) {
    what +=
        "; the set goes from " + format_rfc3339(*set.beginning) + " to " + format_rfc3339(*set.end);
  }
  return {Errc::kNotFound, 0, std::move(what)};
}

// Moves the files as the options say, orders them, and sets what follows from their keys.
void order_files(Plan& plan, const PlanOptions& options) {
  if (options.files_start_together) start_together(plan.files);
  if (options.file_gap) put_in_sequence(plan.files, *options.file_gap);
  std::sort(plan.files.begin(), plan.files.end(), [](const PlannedFile& a, const PlannedFile& b) {
    return std::tie(a.first_key, a.ordinal) < std::tie(b.first_key, b.ordinal);
  });
  plan.first = plan.files.front().first_key;
  plan.last = plan.first;
  for (const PlannedFile& file : plan.files) plan.last = std::max(plan.last, file.last_key);
  // A file ends before the next one is opened, even if they share an instant.
  plan.overlap_depth = options.file_gap ? 1 : depth_of(plan.files);
}

}  // namespace

Nanos Plan::span() const noexcept {
  const uint64_t ns = static_cast<uint64_t>(ns_of(last)) - static_cast<uint64_t>(ns_of(first));
  return Nanos(saturated_int64(ns));
}

Nanos Plan::mean_gap() const noexcept {
  return packets < 2 ? Nanos(0) : Nanos(span().count() / saturated_int64(packets - 1));
}

Result<Plan> make_plan(const dataset::DatasetSummary& set, const PlanOptions& options) {
  Plan plan;
  plan.key_rule = options.key_rule;
  plan.clock_steps = options.clock_steps;
  plan.in_sequence = options.file_gap.has_value();
  plan.store = options.store;
  const CaptureTime beginning = set.beginning.value_or(CaptureTime{});
  std::vector<Candidate> candidates;
  std::vector<size_t> to_survey;
  bool any_packet = false;
  for (const dataset::FileSummary& file : set.files) {
    if (file.empty()) continue;
    any_packet = true;
    Candidate c = candidate(file, beginning, options);
    if (options.window.contains_none(
            std::min(c.planned.initial_time, file.min.value_or(c.planned.initial_time)),
            c.planned.last_key)) {
      ++plan.files_outside_window;
      continue;
    }
    if (c.survey) to_survey.push_back(candidates.size());
    candidates.push_back(std::move(c));
  }
  io::DecodePool pool(io::DecodePool::spare(options.workers, to_survey.size()), to_survey.size());
  std::vector<Result<>> surveyed(to_survey.size());
  parallel_for(to_survey.size(), options.workers,
               [&](size_t i) { surveyed[i] = survey(candidates[to_survey[i]], options, pool); });
  for (const Result<>& one : surveyed) TRY_VOID(one);
  if (options.stop.stop_requested())
    return Error{Errc::kCancelled, 0, "stopped before the first packet was sent"};
  plan.files_surveyed = to_survey.size();

  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.planned.path < b.planned.path; });
  for (Candidate& c : candidates) {
    if (c.planned.packets == 0) {
      if (c.damage) {
        plan.damaged.push_back({c.planned.path, std::move(*c.damage)});
      } else {
        ++plan.files_outside_window;
      }
      continue;
    }
    if (std::optional<capture::Damage> wrong = wrong_header(*c.file))
      plan.damaged.push_back({c.planned.path, *std::move(wrong)});
    c.planned.ordinal = static_cast<uint32_t>(plan.files.size());
    plan.packets += c.planned.packets;
    plan.packets_cut += c.packets_cut;
    add_link_types(plan.link_types, c.link_types);
    plan.files.push_back(std::move(c.planned));
  }
  if (plan.files.empty()) {
    if (!any_packet) return nothing_to_replay(set);
    return nothing_inside(set, plan);
  }
  order_files(plan, options);
  return plan;
}

dataset::Pauses pauses_of(const Plan& plan, Nanos longer_than, size_t most) {
  std::vector<dataset::BusyTime> busy;
  for (size_t i = 0; i < plan.files.size(); ++i) {
    const PlannedFile& file = plan.files[i];
    add_busy_times(busy, {file.first_key, file.last_key, i}, file.largest_gap_from,
                   file.largest_gap);
  }
  return find_pauses(std::move(busy), longer_than, most);
}

}  // namespace gophercap::replay
