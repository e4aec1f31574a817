// All options of a replay.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jobs/memory_limit.h"
#include "jobs/metrics/metrics_target.h"
#include "jobs/replay/delivery_options.h"
#include "jobs/replay/link_options.h"
#include "jobs/replay/oversize_options.h"
#include "jobs/replay/schedule_options.h"
#include "jobs/set/select_options.h"
#include "jobs/set/set_options.h"
#include "replay/report.h"
#include "rewrite/rules/rules.h"

namespace gophercap::jobs {

struct ReplayOptions {
  SetOptions set;
  SelectOptions select;
  ScheduleOptions schedule;
  DeliveryOptions delivery;
  OversizeOptions oversize;
  LinkOptions link;
  rewrite::Rules rules;                    // what is rewritten before packets are sent
  std::optional<uint32_t> mtu;             // of the path, if the target does not know it
  std::string report_path;                 // empty: none; "-": stdout
  std::string control_path;                // of the socket for `gophercap ctl`; empty: none
  std::optional<MetricsTarget> metrics;    // where figures go meanwhile
  std::vector<replay::GivenOption> given;  // the options as the user wrote them, for the report
  MemoryLimit memory;  // for packets between disk and wire, and for decompression
};

}  // namespace gophercap::jobs
