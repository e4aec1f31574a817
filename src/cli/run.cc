#include "cli/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/thread_group.h"
#include "capture/capture_reader.h"
#include "cli/commands/commands.h"
#include "cli/help/help.h"
#include "cli/options/environment.h"
#include "cli/options/option.h"
#include "cli/options/output_options.h"
#include "cli/options/parser.h"
#include "cli/options/settings.h"
#include "cli/terminal/console.h"
#include "cli/terminal/last_words.h"
#include "cli/terminal/signals.h"
#include "cli/text/hints.h"
#include "cli/text/units.h"
#include "jobs/confinement.h"
#include "jobs/outputs.h"

namespace gophercap::cli {
namespace {

constexpr Option<std::string> kConfig{Command::kGlobal, "config"};
constexpr Option<bool> kQuiet{Command::kGlobal, "quiet"};
constexpr Option<bool> kNoSandbox{Command::kGlobal, "no-sandbox"};

// The location of the configuration.
struct ConfigPlace {
  std::string path;         // empty: there is none
  bool must_exist = false;  // it was asked for
  std::string other;        // a second one with the same priority, which is not read
};

ConfigPlace place_of_config(const Arguments& arguments) {
  for (const GivenOption& given : arguments.options) {
    if (given.option == &kConfig.spec()) return {given.values.back(), true, {}};
  }
  DefaultConfig found = default_config(believed_home(has_privileges_of_its_own()));
  return {std::move(found.path), false, std::move(found.other)};
}

// A configuration cannot say that it is trusted itself.
io::Owners owners_for_config(const Arguments& arguments) {
  Settings settings;
  settings.apply_environment(environ);  // complaints are reported later, with all others
  settings.apply(arguments);
  return settings.owners();
}

// Applies the file, then the environment, then the command line. Fails if the system does not allow
// the file to be read, since the result would not be what the user meant.
Result<std::vector<Complaint>> load_settings(Invocation& invocation, Console& console) {
  std::vector<Complaint> complaints;
  const ConfigPlace place = place_of_config(invocation.arguments);
  const std::string& path = place.path;
  const bool must_exist = place.must_exist;
  std::vector<std::string> warnings;
  if (!place.other.empty())
    warnings.push_back(fmt::format("{} is ignored because {} exists", place.other, path));
  if (!path.empty()) {
    const Result<std::string> text = read_config(path, owners_for_config(invocation.arguments));
    if (text) {
      ConfigFile file = parse_config(*text, path);
      complaints = std::move(file.complaints);
      if (complaints.empty()) invocation.settings.apply(file);
      invocation.config_path = path;
      if (!file.unused_keys.empty()) {
        warnings.push_back(fmt::format("{}: not used by this version: {}", path,
                                       fmt::join(file.unused_keys, ", ")));
      }
    } else if (!must_exist && (text.error().sys == EACCES || text.error().sys == EPERM)) {
      warnings.push_back(text.error().what + "; no configuration is used");
    } else if (capture::is_refusal(text.error().code) && text.error().sys != ENOENT &&
               text.error().sys != EISDIR) {
      return text.error();
    } else if (must_exist || text.error().sys != ENOENT) {
      complaints.push_back(
          {text.error().what, must_exist && text.error().sys == ENOENT
                                  ? "gophercap exampleConfig --config FILE writes one"
                                  : hint_for(text.error(), {}, {})});
    }
  }
  std::vector<std::string> left_out;
  std::vector<std::string>* const without_paths = has_privileges_of_its_own() ? &left_out : nullptr;
  for (Complaint& complaint :
       invocation.settings.apply_environment(environ, without_paths, &warnings))
    complaints.push_back(std::move(complaint));
  invocation.settings.apply(invocation.arguments);
  console.set_quiet(invocation.settings.get(kQuiet));
  for (const std::string& warning : warnings) console.warning(warning);
  if (without_paths != nullptr && !must_exist && believed_home(true).empty() &&
      !believed_home(false).empty())
    left_out.emplace_back("HOME");
  if (!left_out.empty()) {
    console.warning(
        fmt::format("ignored, because this program has privileges that its caller does not have: "
                    "{} (use options)",
                    fmt::join(left_out, ", ")));
  }
  return complaints;
}

// Fails if a command would overwrite a file that it is told to read. The files of a set are checked
// by the job, which knows them and gets the same list of outputs.
Result<> check_outputs(const Invocation& invocation) {
  const CommandSpec& command = command_spec(invocation.arguments.command);
  const std::vector<std::string>& named = invocation.arguments.positionals;
  std::vector<std::string> inputs = named;
  inputs.push_back(invocation.config_path);
  for (const OptionSpec* option : options_of(command.id)) {
    const bool dump = option->type == ValueType::kDump && command.dump == DumpUse::kReads;
    if (option->type != ValueType::kPath && option->type != ValueType::kPathList &&
        (!dump || !named.empty()))
      continue;
    const std::vector<std::string>& paths = invocation.settings.values(*option);
    inputs.insert(inputs.end(), paths.begin(), paths.end());
  }
  return jobs::refuse_to_overwrite(outputs_of(invocation.settings, command.id), inputs);
}

// An empty path is probably a shell variable that was not set. The system would only say that there
// is no such file.
std::vector<Complaint> check_paths(const Arguments& arguments) {
  if (std::ranges::count(arguments.positionals, "") == 0) return {};
  return {{fmt::format("{}: a path is empty", command_spec(arguments.command).name),
           "is a variable not set?"}};
}

// Reads the settings and drops privileges. Returns nothing if the command can run.
std::optional<Outcome> prepare(const CommandSpec& command, Invocation& invocation,
                               Console& console) {
  if (const std::vector<Complaint> wrong = check_paths(invocation.arguments); !wrong.empty())
    return usage_error(console, wrong);
  const Result<std::vector<Complaint>> complaints = load_settings(invocation, console);
  if (!complaints) return failed(console, complaints.error());
  if (!complaints->empty()) return usage_error(console, *complaints);
  if (const Result<> checked = check_outputs(invocation); !checked)
    return usage_error(console, {{checked.error().what, ""}});
  const bool opens_interface =
      command.opens_interface != nullptr && command.opens_interface(invocation.settings);
  jobs::begin_confinement(!invocation.settings.get(kNoSandbox), opens_interface);
  return std::nullopt;
}

Outcome dispatch(Invocation& invocation, Console& console) {
  const Arguments& arguments = invocation.arguments;
  if (arguments.help != HelpWanted::kNone &&
      (arguments.complaints.empty() || arguments.command != Command::kGlobal)) {
    const Extent extent = arguments.help == HelpWanted::kShort ? Extent::kEveryday : Extent::kAll;
    return {print_result(console, help_text(arguments.command, extent), ExitCode::kOk)};
  }
  if (!arguments.complaints.empty()) return usage_error(console, arguments.complaints);
  if (arguments.version) return version_command(invocation, console);
  const CommandSpec& command = command_spec(arguments.command);
  if (command.arguments.empty() && !arguments.positionals.empty()) {
    return usage_error(
        console,
        {{fmt::format("{}: {} takes no arguments", arguments.positionals.front(), command.name),
          ""}});
  }
  if (command.settings) {
    if (const std::optional<Outcome> ended = prepare(command, invocation, console)) return *ended;
  }
  return command.run(invocation, console);
}

// If writing to standard error fails as well, nothing can be done.
Outcome report_bug(const char* what) noexcept {
  try {
    Console console({});
    console.error(fmt::format("internal: {}", what));
    console.hint(
        "this is a bug in gophercap: please report it with the command line and the version");
  } catch (...) {
  }
  return {ExitCode::kBug};
}

}  // namespace

Outcome run(int argc, const char* const* argv) {
  const LastWords last_words;
  try {
    ignore_write_signals();
    Console console({});
    Invocation invocation;
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
    invocation.arguments = parse_arguments(words);
    const Outcome outcome = dispatch(invocation, console);
    if (const uint64_t missing = threads_missing(); missing > 0) {
      console.warning(fmt::format(
          "{} fewer than wanted: a limit of threads (ulimit -u, or pids.max of the cgroup) or of "
          "memory (ulimit -v) was reached; the run took longer",
          counted(missing, "thread")));
    }
    return outcome;
  } catch (const std::bad_alloc&) {
    return {say_out_of_memory()};
  } catch (const std::exception& error) {
    return report_bug(error.what());
  } catch (...) {
    return report_bug("unknown exception");
  }
}

}  // namespace gophercap::cli
