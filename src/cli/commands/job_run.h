// What every command does around its job: signals, progress, errors, printing, the exit status.
#pragma once

#include <optional>
#include <stop_token>
#include <utility>

#include "base/result.h"
#include "cli/commands/commands.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/signals.h"
#include "cli/text/text_options.h"

namespace gophercap::cli {

// Must be created before the job creates threads.
class JobRun {
 public:
  explicit JobRun(Console& console, HintContext hints = {})
      : console_(console), hints_(std::move(hints)) {}

  // Must be called once, before the methods below.
  Result<> start() {
    TRY_VOID(signals_.start());
    reporter_.emplace(console_, signals_);
    return {};
  }

  std::stop_token stop() const { return signals_.token(); }

  // Calls `job` with a reporter and a stop token, and removes the progress line afterwards.
  template <class Job>
  auto run(Job job) {
    auto result = job(*reporter_, signals_.token());
    console_.clear_progress();
    return result;
  }

  void set_hints(HintContext hints) { hints_ = std::move(hints); }
  void say(const Error& error) { print_error(console_, error, hints_); }
  Outcome give_up(const Error& error) {
    say(error);
    return {exit_code_of(error), signals_.received()};
  }
  Outcome end(ExitCode code) const { return {code, signals_.received()}; }

 private:
  Console& console_;
  HintContext hints_;
  SignalGuard signals_;
  std::optional<ConsoleReporter> reporter_;
};

// Prints the result as JSON or text; only the one that is needed is generated.
template <class Json, class Text>
ExitCode print_either(Console& console, bool json, Json json_of, Text text_of, ExitCode code) {
  if (json) return print_result(console, json_of(), code);
  return print_result(console, text_of(TextOptions{console.out_is_terminal(), console.out_width()}),
                      code);
}

}  // namespace gophercap::cli
