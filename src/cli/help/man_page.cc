#include "cli/help/man_page.h"

#include <fmt/format.h>

#include "cli/options/option_table.h"

namespace gophercap::cli {
namespace {

// Escapes text for roff: hyphens become minus signs that can be copied, and no line begins with a
// control character.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += fmt::format("\\&{}", c);
    } else if (c == '\n') {
      out += "\n.PP\n";
    } else {
      out += c;
    }
  }
  return out;
}

// Arguments of macros are quoted.
std::string roff_quoted(std::string_view text) {
  std::string out;
  for (const char c : roff(text)) {
    if (c == '"')
      out += "\\(dq";
    else
      out += c;
  }
  return fmt::format("\"{}\"", out);
}

void append_option(std::string& out, const OptionSpec& option) {
  out += ".TP\n";
  std::string names = fmt::format("\\fB\\-\\-{}\\fR", roff(option.name));
  if (!option.value_name.empty()) names += fmt::format("=\\fI{}\\fR", roff(option.value_name));
  if (option.alias.size() == 1) names = fmt::format("\\fB\\-{}\\fR, {}", option.alias, names);
  if (option.alias.size() > 1) names += fmt::format(", \\fB\\-\\-{}\\fR", roff(option.alias));
  out += fmt::format("{}\n{}.\n", names, roff(option.help));
  if (const std::string value = default_text(option); !value.empty())
    out += fmt::format("Default: {}.\n", roff(value));
  if (option.key.empty()) {
    out += "Only on the command line.\n";
  } else {
    out += fmt::format("Key \\fB{}\\fR, environment \\fB{}\\fR.\n", roff(option.key),
                       environment_name(option.key));
  }
}

// In groups, as in help. Options of all commands have their own section.
void append_options(std::string& out, Command command) {
  for (const OptionGroup& group : option_groups(command)) {
    bool begun = command == Command::kGlobal;
    for (const OptionSpec* option : group.options) {
      if (option->command != command) continue;
      if (!begun) out += fmt::format(".PP\n.B {}\n", roff(group.title));
      begun = true;
      append_option(out, *option);
    }
  }
}

void append_examples(std::string& out, const CommandSpec& command) {
  for (const Example& example : command.examples) {
    out += fmt::format(".TP\n{}:\n.B {}\n", roff(example.what),
                       roff_quoted(fmt::format("gophercap {}", example.line)));
  }
}

}  // namespace

std::string man_page(std::string_view version) {
  const CommandSpec& program = program_spec();
  std::string out = fmt::format(".TH GOPHERCAP 1 \"\" {} \"User Commands\"\n",
                                roff_quoted(fmt::format("gophercap {}", version)));
  out += fmt::format(".SH NAME\ngophercap \\- {}\n",
                     roff("maps and replays datasets of packet captures as they happened"));
  out += ".SH SYNOPSIS\n";
  for (const CommandSpec& command : command_table()) {
    if (command.hidden) continue;
    out += fmt::format(".B gophercap {}\n[\\fIOPTION\\fR]... {}\n.br\n", command.name,
                       roff(command.arguments));
  }
  out += fmt::format(".SH DESCRIPTION\n{}\n", roff(program.details));
  out += ".SH COMMANDS\n";
  for (const CommandSpec& command : command_table()) {
    if (command.hidden) continue;
    out += fmt::format(".SS {}\n{}\n", roff_quoted(command.name), roff(command.summary));
    if (!command.kebab.empty())
      out += fmt::format("Also called \\fB{}\\fR.\n", roff(command.kebab));
    if (!command.details.empty()) out += fmt::format(".PP\n{}\n", roff(command.details));
    append_options(out, command.id);
  }
  out += ".SH GLOBAL OPTIONS\nThey may come before or after the command.\n";
  append_options(out, Command::kGlobal);
  out +=
      ".SH CONFIGURATION\n"
      "A YAML file; the parts of a key between dots are the names of nested maps. \\fBgophercap "
      "exampleConfig\\fR "
      "writes one with all keys.\nThe command line overrides the environment, which overrides the "
      "file, which overrides the defaults.\n";
  out += ".SH EXIT STATUS\n";
  constexpr std::string_view kCodes[][2] = {
      {"0", "Success."},
      {"1", "Failure."},
      {"2", "Wrong usage: command line, environment or configuration."},
      {"3",
       "Done, but inputs were damaged, or packets failed or were skipped without being asked for."},
      {"4", "No input was found."},
      {"70", "A bug in gophercap."},
      {"129, 130, 131, 143",
       "Interrupted (SIGHUP, SIGINT, SIGQUIT, SIGTERM); what was done has been reported."},
  };
  for (const auto& [code, meaning] : kCodes)
    out += fmt::format(".TP\n.B {}\n{}\n", code, roff(meaning));
  out += fmt::format(
      ".SH FILES\n.TP\n.I {}\nConfiguration, read if it exists and \\-\\-config is not given.\n",
      roff("~/.go-replay.yaml, ~/.go-replay.yml"));
  out +=
      ".SH ENVIRONMENT\n.TP\n.B GOPHERCAP_*\nEach option of COMMANDS names its variable. "
      "One for an option that may be repeated holds a single value.\n"
      ".TP\n.B NO_COLOR\nNo colours in messages.\n";
  out += ".SH EXAMPLES\n";
  append_examples(out, program);
  for (const CommandSpec& command : command_table()) {
    if (!command.hidden) append_examples(out, command);
  }
  out +=
      ".SH SEE ALSO\n.BR tcpreplay (1),\n.BR capinfos (1),\n.BR mergecap (1),\n.BR tcpdump (8)\n";
  return out;
}

}  // namespace gophercap::cli
