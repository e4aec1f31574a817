// Reads one file for what its summary does not tell: which packets are inside the window, and which
// of them would be sent.
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
#include "replay/read/wire_choice.h"

namespace gophercap::replay {

// Determines the key of a packet, which decides when it is due.
enum class KeyRule : uint8_t {
  kRunningMax,  // the largest time in the file up to and including the packet
  kOwnTime,     // --reorder
};

struct Survey {
  // Smallest and largest key of the packets inside the window; empty if there are none.
  std::optional<CaptureTime> first_key, last_key;
  uint64_t packets = 0;  // inside the window
  uint64_t packets_cut = 0;
  std::vector<dataset::LinkTypeCount> link_types;
  Accounts
      verdicts;  // of all packets that a replay would read: up to the last one inside the window
  // The longest time between the keys of two consecutive packets inside the window, and the first
  // of these keys. Not for kOwnTime, whose keys may go back.
  Nanos largest_gap{0};
  CaptureTime largest_gap_from{};
  // As in dataset::FileSummary, for packets inside the window.
  uint64_t clock_steps_back = 0;
  std::optional<CaptureTime> first_step_back_from;
  uint64_t packets_behind_step = 0;
  uint64_t clock_steps_followed = 0;
  // Packets that the rewriter changes in each loop after the first; 0 if it does not tell loops
  // apart.
  uint64_t rewritten_later = 0;
  std::vector<uint64_t> frames_by_wire;  // those to be sent, if wires were given
  bool ends_outside = false;             // packets outside the window follow the last one inside
  std::optional<capture::Damage> damage;
};

// Reads the file as a replay with these `changes` would, up to its end or the first
// damage, but no further than `plain_bytes` (0: no limit), since only that part was mapped.
// `initial_time` is for packets before the first one that has a time. `steps` must not follow with
// kOwnTime. `store` opens the file; `pool` has helpers for decompression. Fails if the system lacks
// memory or another resource; anything else is in Survey::damage. `wires` as in EngineOptions.
Result<Survey> survey_file(const dataset::CaptureStore& store, const std::string& path,
                           uint64_t plain_bytes, CaptureTime initial_time, KeyRule rule,
                           const ClockSteps& steps, const Choice& choice,
                           const transmit::FrameLimits& limits, const Changes& changes,
                           const std::stop_token& stop, io::DecodePool* pool = nullptr,
                           const WireChoice* wires = nullptr);

}  // namespace gophercap::replay
