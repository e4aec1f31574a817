// The program without the process: everything that main() does.
#pragma once

#include "cli/exit_code.h"

namespace gophercap::cli {

// What the process ends with.
struct Outcome {
  ExitCode code = ExitCode::kOk;
  int signal = 0;  // not 0: it stopped because of this signal and has reported what was done
};

// Never throws. Ends the process itself only on a second SIGINT or SIGTERM.
Outcome run(int argc, const char* const* argv);

}  // namespace gophercap::cli
