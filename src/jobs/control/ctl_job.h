// `gophercap ctl`: sends a command to a running replay.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "jobs/control/protocol.h"

namespace gophercap::jobs {

struct CtlResult {
  std::string line;  // the answer as it came, without its end
  ControlAnswer answer;
};

// Sends `command`, a line without its end, to the replay that listens at `path`. Fails if none
// does, or if no answer comes within `patience`.
Result<CtlResult> run_ctl(const std::string& path, const std::string& command, Nanos patience);

}  // namespace gophercap::jobs
