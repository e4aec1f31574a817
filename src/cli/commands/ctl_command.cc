#include <chrono>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/options/option.h"
#include "jobs/confinement.h"
#include "jobs/control/ctl_job.h"
#include "jobs/control/protocol.h"

namespace gophercap::cli {
namespace {

constexpr Option<bool> kNoSandbox{Command::kGlobal, "no-sandbox"};
// A replay answers at once. One that does not has been stopped (SIGSTOP), or its machine is lost.
constexpr Nanos kPatience = std::chrono::seconds(5);

}  // namespace

Outcome ctl_command(Invocation& invocation, Console& console) {
  const std::vector<std::string>& words = invocation.arguments.positionals;
  if (words.size() < 2 || words.front().empty()) {
    return usage_error(console,
                       {{"ctl: needs the path of a socket and a command",
                         "gophercap ctl PATH status|pause|resume|step N|speed X|seek T|stop"}});
  }
  // A time has a space, so values may be several words.
  std::string value;
  for (size_t i = 2; i < words.size(); ++i) value += (i == 2 ? "" : " ") + words[i];
  const Result<jobs::ControlCommand> command = jobs::parse_control_command(words[1], value);
  if (!command) return usage_error(console, {{"ctl: " + command.error().what, ""}});
  invocation.settings.apply(invocation.arguments);
  jobs::begin_confinement(!invocation.settings.get(kNoSandbox), false);
  const std::string line = words[1] + (value.empty() ? "" : " ") + value;
  const Result<jobs::CtlResult> result = jobs::run_ctl(words.front(), line, kPatience);
  if (!result) return failed(console, result.error());
  if (!result->answer.ok) {
    console.error(words.front() + ": " + result->answer.error);
    return {ExitCode::kFailed};
  }
  return {print_result(console, result->line + "\n", ExitCode::kOk)};
}

}  // namespace gophercap::cli
