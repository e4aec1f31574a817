// The plan of a replay: the files of a set in the order in which they are needed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "dataset/capture_store.h"
#include "dataset/scan/file_summary.h"
#include "dataset/scan/mapped_part.h"
#include "dataset/scan/pauses.h"
#include "replay/damaged_file.h"
#include "replay/plan/survey.h"
#include "replay/plan/window.h"

namespace gophercap::replay {

struct PlannedFile {
  std::string path;
  uint32_t ordinal = 0;        // rank by path bytes: decides between equal times
  CaptureTime initial_time{};  // for packets before the first one that has a time
  CaptureTime first_key{};     // smallest key of its packets, at which the file is first needed
  CaptureTime last_key{};      // largest key
  Nanos key_shift{0};          // added to every key (saturating); already included in first_key and
                               // last_key
  uint64_t packets = 0;        // number of packets inside the window
  uint64_t file_size_bytes = 0;  // at the time when it was mapped, like mtime_ns
  int64_t mtime_ns = 0;
  dataset::MappedPart mapped;   // the file is read no further than this
  bool begins_outside = false;  // packets before the window have to be skipped first
  bool ends_outside = false;    // the file is finished once `packets` packets were inside the
                                // window
  bool sort = false;            // it has packets out of order, and they are to be sorted
  bool follow = false;          // its clock was set, and steps are to be followed (--clock-steps)
  // The longest time between two consecutive keys, and the first of them (shifted), as far as it is
  // known without reading the file; 0: unknown.
  Nanos largest_gap{0};
  CaptureTime largest_gap_from{};
  // As in dataset::FileSummary; limited to packets inside the window if the file was surveyed.
  uint64_t clock_steps_back = 0;
  std::optional<CaptureTime> first_step_back_from{};
  uint64_t packets_behind_step = 0;
  uint64_t clock_steps_followed = 0;
  Nanos step_back{0};  // how far out of order, see dataset::FileSummary
  uint64_t step_back_packets = 0;
};

struct PlanOptions {
  // Opens the files of the set; never null.
  std::shared_ptr<const dataset::CaptureStore> store =
      std::make_shared<const dataset::CaptureStore>();
  Window window{};
  KeyRule key_rule = KeyRule::kRunningMax;
  ClockSteps clock_steps{};
  bool files_start_together = false;  // --wait-disable: the first packet of each file is at time 0
  // --sequence: each file begins this long after the last packet of the previous file, in the order
  // of paths. Cannot be combined with files_start_together. >= 0
  std::optional<Nanos> file_gap{};
  unsigned workers = 1;  // for files that have to be surveyed
  std::stop_token stop{};
};

struct Plan {
  // Opens its files; never null.
  std::shared_ptr<const dataset::CaptureStore> store =
      std::make_shared<const dataset::CaptureStore>();
  std::vector<PlannedFile> files;  // only files with packets, ordered by (first_key, ordinal)
  CaptureTime first{};             // key of the first packet in merge order
  CaptureTime last{};              // largest key
  uint64_t packets = 0;
  uint64_t packets_cut = 0;
  uint64_t overlap_depth = 0;         // largest number of files needed at the same time
  uint64_t files_outside_window = 0;  // files with packets, none of them inside the window
  uint64_t files_surveyed = 0;        // files that had to be surveyed
  // Files that broke off before any packet inside the window was found, and files with a wrong
  // header.
  std::vector<DamagedFile> damaged;
  KeyRule key_rule = KeyRule::kRunningMax;
  ClockSteps clock_steps{};
  bool in_sequence = false;  // PlanOptions::file_gap
  std::vector<dataset::LinkTypeCount> link_types;

  Nanos span() const noexcept;      // last - first, saturated
  Nanos mean_gap() const noexcept;  // span / (packets - 1); 0 for a single packet
  // From the beginning of a loop to that of the next, saturated. If `loop_gap` is empty, the mean
  // gap is used.
  Nanos period(std::optional<Nanos> loop_gap) const noexcept {
    return saturating_sum(span(), loop_gap.value_or(mean_gap()));
  }
};

// The key of a packet is the largest time in its file up to and including it (SPEC 4), so a file is
// needed from the time of its first packet to its largest time. Files without any times are placed
// at the beginning of the set. Files completely outside the window are not opened. Files that cross
// one of its ends are read once to find the exact first and last packet inside, as are files whose
// clock was set if steps are followed. Fails with kNotFound if no packet is left, with kCancelled
// if a stop is requested.
Result<Plan> make_plan(const dataset::DatasetSummary& set, const PlanOptions& options = {});

// The known pauses of the schedule: times longer than `longer_than` (in capture time) without a
// packet of any file, longest first, at most `most` of them. `before` and `after` are indexes of
// plan.files. Inside a file there may be more pauses, none longer than the longest of that file.
dataset::Pauses pauses_of(const Plan& plan, Nanos longer_than, size_t most);

}  // namespace gophercap::replay
