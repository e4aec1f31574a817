#include "replay/plan.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

namespace gophercap::replay {
namespace {

// Most files whose [first_key, last_key] hold one instant. `files` is ordered by first_key.
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

}  // namespace

Nanos Plan::span() const noexcept {
  const uint64_t ns = static_cast<uint64_t>(ns_of(last)) - static_cast<uint64_t>(ns_of(first));
  return Nanos(static_cast<int64_t>(std::min<uint64_t>(ns, std::numeric_limits<int64_t>::max())));
}

Nanos Plan::mean_gap() const noexcept {
  return packets < 2 ? Nanos(0)
                     : Nanos(span().count() /
                             static_cast<int64_t>(std::min<uint64_t>(packets - 1, INT64_MAX)));
}

Result<Plan> make_plan(const dataset::DatasetSummary& set) {
  Plan plan;
  const CaptureTime beginning = set.beginning.value_or(CaptureTime{});
  std::vector<const dataset::FileSummary*> by_path;
  for (const dataset::FileSummary& file : set.files) {
    if (!file.empty()) by_path.push_back(&file);
  }
  std::sort(by_path.begin(), by_path.end(),
            [](const auto* a, const auto* b) { return a->path < b->path; });
  for (const dataset::FileSummary* file : by_path) {
    const CaptureTime first_key = file->first.value_or(beginning);
    plan.files.push_back({.path = file->path,
                          .ordinal = static_cast<uint32_t>(plan.files.size()),
                          .first_key = first_key,
                          .last_key = std::max(first_key, file->max.value_or(first_key)),
                          .packets = file->packets,
                          .file_size_bytes = file->file_size_bytes});
    plan.packets += file->packets;
    plan.packets_cut += file->packets_cut;
    for (const dataset::LinkTypeCount& count : file->link_types) {
      const auto known =
          std::find_if(plan.link_types.begin(), plan.link_types.end(),
                       [&](const auto& l) { return l.link_type == count.link_type; });
      if (known == plan.link_types.end()) {
        plan.link_types.push_back(count);
      } else {
        known->packets += count.packets;
      }
    }
  }
  if (plan.files.empty()) return Error{Errc::kNotFound, 0, "none of the files has a packet"};
  std::sort(plan.files.begin(), plan.files.end(), [](const PlannedFile& a, const PlannedFile& b) {
    return std::tie(a.first_key, a.ordinal) < std::tie(b.first_key, b.ordinal);
  });
  plan.first = plan.files.front().first_key;
  plan.last = plan.first;
  for (const PlannedFile& file : plan.files) plan.last = std::max(plan.last, file.last_key);
  plan.overlap_depth = depth_of(plan.files);
  return plan;
}

}  // namespace gophercap::replay
