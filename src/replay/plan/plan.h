// What will be replayed: the files of a set in the order in which they are needed.
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
  uint32_t ordinal = 0;        // place in the order of path bytes: settles ties between equal times
  CaptureTime initial_time{};  // of packets before the first one that has a time
  CaptureTime first_key{};     // smallest key of its packets: the file is needed from then on
  CaptureTime last_key{};      // largest key
  Nanos key_shift{0};          // added to every key (saturating); in first_key and last_key already
  uint64_t packets = 0;        // inside the window
  uint64_t file_size_bytes = 0;  // when it was mapped, as mtime_ns
  int64_t mtime_ns = 0;
  dataset::MappedPart mapped;   // it is read no further
  bool begins_outside = false;  // packets before the window have to be read past first
  bool ends_outside = false;    // nothing is left to do once `packets` were inside the window
  bool sort = false;            // has packets out of order, and they are to be sorted
  bool follow = false;          // its clock was set, and that is to be followed (--clock-steps)
  // Between two keys that follow each other, the longest time and the first of them (shifted), as
  // far as it is known without reading the file; 0: nothing is known.
  Nanos largest_gap{0};
  CaptureTime largest_gap_from{};
  // As dataset::FileSummary; of packets inside the window where the file was looked at.
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
  bool files_start_together = false;  // --wait-disable: each file's first packet is at time 0
  // --sequence: each file begins so long after the last packet of the one before it, in the order
  // of paths. Not with files_start_together. >= 0
  std::optional<Nanos> file_gap{};
  unsigned workers = 1;  // for files that have to be looked at
  std::stop_token stop{};
};

struct Plan {
  // Opens its files; never null.
  std::shared_ptr<const dataset::CaptureStore> store =
      std::make_shared<const dataset::CaptureStore>();
  std::vector<PlannedFile> files;  // with packets only; ordered by (first_key, ordinal)
  CaptureTime first{};             // key of the first packet in merge order
  CaptureTime last{};              // largest key
  uint64_t packets = 0;
  uint64_t packets_cut = 0;
  uint64_t overlap_depth = 0;         // most files that are needed at one instant
  uint64_t files_outside_window = 0;  // have packets, none of them inside the window
  uint64_t files_surveyed = 0;        // had to be looked at
  // Files in which no packet inside the window was found before they broke.
  std::vector<DamagedFile> damaged;
  KeyRule key_rule = KeyRule::kRunningMax;
  ClockSteps clock_steps{};
  bool in_sequence = false;  // PlanOptions::file_gap
  std::vector<dataset::LinkTypeCount> link_types;

  Nanos span() const noexcept;      // last - first, saturated
  Nanos mean_gap() const noexcept;  // span / (packets - 1); 0 for a single packet
  // From one loop to the next, saturated. `loop_gap` empty: the mean gap.
  Nanos period(std::optional<Nanos> loop_gap) const noexcept {
    return saturating_sum(span(), loop_gap.value_or(mean_gap()));
  }
};

// The key of a packet is the largest time in its file up to and including it (SPEC 4), so a file is
// needed from its first packet's time to its largest. Files none of whose packets has a time stand
// at the set's beginning. Files wholly outside the window are not opened; those that lie across one
// of its ends are read once, for the exact first and last packet inside. Fails with kNotFound if no
// packet is left, kCancelled if stopped.
// The same goes for files whose clock was set, where that is followed.
Result<Plan> make_plan(const dataset::DatasetSummary& set, const PlanOptions& options = {});

// What the schedule is known to wait for: times longer than `longer_than` (in capture time) without
// a packet of any file, the longest first, at most `most` of them. `before` and `after` are places
// in plan.files. There may be others inside of files, each no longer than that file's longest.
dataset::Pauses pauses_of(const Plan& plan, Nanos longer_than, size_t most);

}  // namespace gophercap::replay
