// Common code of the bench programs: options by CLI11, one line on stderr and exit status 1 on
// failure, 2 on wrong usage.
#pragma once

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <utility>

#include "base/result.h"

namespace gophercap::bench {

// `run` returns Result<int>: the exit status or an error.
template <class Run>
int run_program(CLI::App& app, int argc, char** argv, Run run) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  Result<int> code = run();
  if (code) return *code;
  fmt::print(stderr, "{}: error: {}\n", app.get_name(), code.error().what);
  return 1;
}

}  // namespace gophercap::bench
