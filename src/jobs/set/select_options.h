// Which packets of a set a job works on.
#pragma once

#include <cstdint>
#include <string>

#include "replay/plan/window.h"

namespace gophercap::jobs {

struct SelectOptions {
  replay::Window window;
  std::string expression;  // pcap-filter(7); empty = all
  bool skip_out_of_order = false;
  uint32_t longest_frame_bytes = UINT32_MAX;
  bool pad_cut = false;  // zeros for what was not captured
};

}  // namespace gophercap::jobs
