// A look at the packets of one file for what its summary can't tell: which of them lie inside the
// window, and how they fare with the target.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/time.h"
#include "dataset/capture_store.h"
#include "dataset/scan/file_summary.h"
#include "replay/plan/clock_steps.h"
#include "replay/plan/frame_filter.h"

namespace gophercap::replay {

// How packets get their place in time.
enum class KeyRule : uint8_t {
  kRunningMax,  // the largest time in the file up to and including the packet
  kOwnTime,     // --reorder
};

struct Survey {
  // Of the packets inside the window; empty: there is none. Largest and smallest for kOwnTime.
  std::optional<CaptureTime> first_key, last_key;
  uint64_t packets = 0;  // inside the window
  uint64_t packets_cut = 0;
  std::vector<dataset::LinkTypeCount> link_types;
  Accounts verdicts;  // of all that a replay would read: up to the last packet inside the window
  // Of the keys of packets inside, where they never go back: the longest time between two of them
  // that follow each other, and where it begins.
  Nanos largest_gap{0};
  CaptureTime largest_gap_from{};
  // As dataset::FileSummary, of packets inside and of the file's own times.
  uint64_t clock_steps_back = 0;
  std::optional<CaptureTime> first_step_back_from;
  uint64_t packets_behind_step = 0;
  uint64_t clock_steps_followed = 0;
  bool ends_outside = false;  // packets behind the window follow the last one inside
  std::optional<capture::Damage> damage;
};

// Reads the file as a replay with that `step` (null: none) would, up to its end or first damage.
// `initial_time`: of packets before the first one that has a time. `steps`: not with kOwnTime.
// `plain_bytes`: as far as it was mapped; 0: to its end. `store` opens the file; `pool`: helpers
// for decompressing. Fails where the system has too little for it; anything else is in
// Survey::damage.
Result<Survey> survey_file(const dataset::CaptureStore& store, const std::string& path,
                           uint64_t plain_bytes, CaptureTime initial_time, KeyRule rule,
                           const ClockSteps& steps, const Choice& choice,
                           const transmit::FrameLimits& limits, const packet::FrameStep* step,
                           const std::stop_token& stop, io::DecodePool* pool = nullptr);

}  // namespace gophercap::replay
