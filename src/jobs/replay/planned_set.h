// The common part of replay and verify: a set, the packets selected from it, and when each is due.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/result.h"
#include "base/time.h"
#include "confine/confine.h"
#include "dataset/scan/file_summary.h"
#include "jobs/map/tarballs.h"
#include "jobs/memory_limit.h"
#include "jobs/replay/link_options.h"
#include "jobs/replay/schedule_notes.h"
#include "jobs/replay/schedule_options.h"
#include "jobs/reporter.h"
#include "jobs/set/select_options.h"
#include "jobs/set/set_options.h"
#include "packet/bpf.h"
#include "packet/flow_sample.h"
#include "packet/frame_step.h"
#include "replay/engine.h"
#include "replay/plan/plan.h"
#include "rewrite/rules/rules.h"
#include "rewrite/rules/rules_rewriter.h"

namespace gophercap::jobs {

// Borrowed during the call.
struct PlannedSetOptions {
  const SetOptions& set;
  const SelectOptions& select;
  const ScheduleOptions& schedule;
  MemoryLimit memory;
  bool preload = false;  // read the whole set into memory before the first packet
  const LinkOptions& link;
  const rewrite::Rules& rules;
  bool real_time = false;        // packets go where only Ethernet is taken
  const confine::Needs& beside;  // what the job needs besides the set; see load_set()
};

struct PlannedSet {
  dataset::DatasetSummary set;
  std::shared_ptr<Tarballs> tarballs;                   // the tarballs of the set; they outlive the
                                                        // plan
  std::unique_ptr<const packet::BpfFilter> expression;  // engine.choice points to it
  std::unique_ptr<const packet::FlowSample> sample;     // the same
  std::unique_ptr<const packet::FrameStep> step;        // the same for engine.changes
  std::unique_ptr<const rewrite::RulesRewriter> rewriter;  // the same for engine.changes; null:
                                                           // there are no rules
  replay::Plan plan;
  replay::EngineOptions engine;  // everything except how packets are delivered
  uint64_t decoders_bytes = 0;   // share of the memory; engine.memory_bytes is at most the rest

  // True if it is known in advance when packets are due.
  bool has_schedule() const noexcept {
    return !engine.send.topspeed && !engine.rule.at_rate() && !engine.rule.longest_gap;
  }
  // Unusual times of packets that should be reported.
  ScheduleNotes notes() const;
  // How many packets are read at most, over all loops; 0: no limit is known.
  uint64_t most_packets() const noexcept;
  // From the first packet of the first loop to the last packet of the last one, or to --limit; 0 if
  // endless.
  Nanos total() const noexcept;
};

Result<PlannedSet> plan_set(const PlannedSetOptions& options, Reporter& reporter,
                            const std::stop_token& stop);

}  // namespace gophercap::jobs
