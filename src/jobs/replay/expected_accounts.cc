#include "jobs/replay/expected_accounts.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/worker_pool.h"
#include "dataset/scan/file_summary.h"
#include "io/parallel/decode_pool.h"
#include "jobs/replay/losses.h"
#include "packet/link_type.h"
#include "replay/plan/survey.h"

namespace gophercap::jobs {
namespace {

// True if the map does not tell how many packets of the file will be sent. It counts link types;
// `bounds` are those of too_long().
bool needs_a_look(const dataset::FileSummary& file, const replay::EngineOptions& engine,
                  const transmit::FrameLimits& limits, const Bounds& bounds) {
  const replay::Choice& choice = engine.choice;
  const auto changes = [&](const dataset::LinkTypeCount& l) {
    return l.packets > 0 && engine.changes.may_change(l.link_type);
  };
  return std::ranges::any_of(file.link_types, changes) || choice.expression != nullptr ||
         choice.sample != nullptr || bounds.least != bounds.most ||
         (choice.skip_out_of_order && file.out_of_order > 0) ||
         (choice.pad_cut && file.packets_cut > 0) ||
         (engine.changes.fitter != nullptr && may_be_too_long(file, limits)) ||
         file.max_captured_bytes > choice.longest_frame_bytes ||
         // The packet that is too long may be one of another link type.
         (bounds.most > 0 && file.link_types.size() > 1);
}

replay::Accounts from_summary(const dataset::FileSummary& file, const transmit::FrameLimits& limits,
                              const Bounds& bounds) {
  replay::Accounts accounts;
  accounts.read = file.packets;
  accounts.sent_bytes = file.captured_bytes;  // an upper limit: packets may be left out, and frame
                                              // check sequences removed
  for (const dataset::LinkTypeCount& l : file.link_types) {
    if (limits.ethernet_only && l.link_type != packet::kLinkTypeEthernet)
      accounts.skipped_link_type += l.packets;
  }
  if (accounts.skipped_link_type == 0) accounts.skipped_too_long = bounds.least;
  accounts.frames_sent = accounts.read - accounts.left_out();
  return accounts;
}

}  // namespace

Result<replay::Accounts> expected_accounts(const PlannedSet& setup,
                                           const transmit::FrameLimits& limits, unsigned workers,
                                           const std::stop_token& stop, ExpectedDetails* details) {
  const replay::WireChoice* const wires = details == nullptr ? nullptr : details->wires;
  // Survey and summary are brought together by path.
  std::unordered_map<std::string_view, const dataset::FileSummary*> summaries;
  for (const dataset::FileSummary& file : setup.set.files) summaries.emplace(file.path, &file);
  std::vector<std::pair<const dataset::FileSummary*, const replay::PlannedFile*>> files;
  for (const replay::PlannedFile& planned : setup.plan.files)
    files.emplace_back(summaries.at(planned.path), &planned);
  replay::Accounts sum;
  std::vector<const replay::PlannedFile*> to_survey;
  for (const auto& [file, planned] : files) {
    const Bounds bounds = too_long(*file, limits);
    const bool across = planned->begins_outside || planned->ends_outside;
    if (across || wires != nullptr || needs_a_look(*file, setup.engine, limits, bounds)) {
      to_survey.push_back(planned);
    } else {
      sum += from_summary(*file, limits, bounds);
    }
  }
  std::vector<Result<replay::Survey>> parts(to_survey.size());
  io::DecodePool pool(io::DecodePool::spare(workers, parts.size()), parts.size());
  parallel_for(parts.size(), workers, [&](size_t i) {
    const replay::PlannedFile& planned = *to_survey[i];
    parts[i] =
        replay::survey_file(*setup.plan.store, planned.path, planned.mapped.most_bytes(),
                            planned.initial_time, setup.plan.key_rule, setup.plan.clock_steps,
                            setup.engine.choice, limits, setup.engine.changes, stop, &pool, wires);
  });
  for (const Result<replay::Survey>& part : parts) {
    if (!part) return part.error();
    sum += part->verdicts;
    if (details == nullptr) continue;
    details->rewritten_later += part->rewritten_later;
    std::vector<uint64_t>& frames = details->frames_by_wire;
    frames.resize(std::max(frames.size(), part->frames_by_wire.size()));
    for (size_t wire = 0; wire < part->frames_by_wire.size(); ++wire)
      frames[wire] += part->frames_by_wire[wire];
  }
  sum.sent = sum.read - sum.left_out();
  return sum;
}

}  // namespace gophercap::jobs
