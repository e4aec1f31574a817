// Everything that main() does, except for ending the process.
#pragma once

#include "cli/exit_code.h"

namespace gophercap::cli {

// How the process ends.
struct Outcome {
  ExitCode code = ExitCode::kOk;
  int signal = 0;  // not 0: it was stopped by this signal and has reported what was done
};

// Never throws. Ends the process itself only on a second SIGINT or SIGTERM.
Outcome run(int argc, const char* const* argv);

}  // namespace gophercap::cli
