// The commands that print information about the program itself.
#include <fmt/format.h>

#include <string>

#include "cli/commands/commands.h"
#include "cli/help/completion.h"
#include "cli/help/help.h"
#include "cli/help/man_page.h"
#include "cli/options/parser.h"

namespace gophercap::cli {

Outcome usage_command(Invocation& /*invocation*/, Console& console) {
  console.plain(short_usage());
  return {ExitCode::kUsage};
}

Outcome version_command(Invocation& /*invocation*/, Console& console) {
  return {print_result(console, "gopherCap " GOPHERCAP_VERSION "\n", ExitCode::kOk)};
}

Outcome man_command(Invocation& /*invocation*/, Console& console) {
  return {print_result(console, man_page(GOPHERCAP_VERSION), ExitCode::kOk)};
}

Outcome help_command(Invocation& invocation, Console& console) {
  const Arguments& arguments = invocation.arguments;
  if (arguments.positionals.size() > 1)
    return usage_error(console, {{"help: takes one command", ""}});
  Command topic = Command::kGlobal;
  if (!arguments.positionals.empty()) {
    const Arguments named = parse_arguments(arguments.positionals);
    if (!named.complaints.empty()) return usage_error(console, named.complaints);
    topic = named.command;
  }
  return {print_result(console, help_text(topic), ExitCode::kOk)};
}

Outcome completion_command(Invocation& invocation, Console& console) {
  const Arguments& arguments = invocation.arguments;
  const std::string script = arguments.positionals.size() == 1
                                 ? completion_script(arguments.positionals.front())
                                 : std::string{};
  if (script.empty())
    return usage_error(console, {{"completion: needs the name of a shell: bash, zsh or fish", ""}});
  return {print_result(console, script, ExitCode::kOk)};
}

}  // namespace gophercap::cli
