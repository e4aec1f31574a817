// Which packets of a set a job works on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ratio.h"
#include "replay/plan/window.h"
#include "replay/send/limit.h"

namespace gophercap::jobs {

struct SelectOptions {
  replay::Window window;
  std::string expression;  // pcap-filter(7); empty = all
  bool skip_out_of_order = false;
  uint32_t longest_frame_bytes = UINT32_MAX;
  bool pad_cut = false;                // zeros for what was not captured
  std::optional<replay::Limit> limit;  // ends a replay before the end of the set
  std::optional<Ratio> sample;         // the share of flows to take, at most 1; empty: all
};

}  // namespace gophercap::jobs
