// The figures of a running replay as text for Prometheus.
#pragma once

#include <cstdint>
#include <string>

#include "replay/engine_progress.h"

namespace gophercap::jobs {

struct ReplayMetrics {
  replay::EngineProgress now{};
  bool running = true;
  uint64_t packets_total = 0;  // of the plan, all loops; 0: endless
};

// In the text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Names
// and labels are listed in docs/formats/metrics.md.
std::string metrics_text(const ReplayMetrics& metrics);

}  // namespace gophercap::jobs
