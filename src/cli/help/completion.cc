#include "cli/help/completion.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/options/option_table.h"
#include "jobs/control/protocol.h"

namespace gophercap::cli {
namespace {

std::vector<std::string_view> command_words() {
  std::vector<std::string_view> words;
  for (const CommandSpec& command : command_table()) {
    if (!command.hidden) words.push_back(command.name);
  }
  return words;
}

std::vector<std::string_view> control_words() {
  std::vector<std::string_view> words;
  for (const auto& row : words_of(jobs::ControlCommand::Kind{})) words.push_back(row.word);
  return words;
}

std::vector<std::string> option_words(const OptionSpec& option) {
  std::vector<std::string> words = {fmt::format("--{}", option.name)};
  if (!option.alias.empty())
    words.push_back(fmt::format("{}{}", option.alias.size() == 1 ? "-" : "--", option.alias));
  return words;
}

// Both spellings of a command, for a `case` pattern.
std::string command_pattern(const CommandSpec& command) {
  return command.kebab.empty() ? std::string(command.name)
                               : fmt::format("{}|{}", command.name, command.kebab);
}

// --- bash: plain functions of the shell, no bash-completion needed ---

std::string_view bash_values(const OptionSpec& option) {
  switch (option.type) {
    case ValueType::kPath:
    case ValueType::kOutputPath:
    case ValueType::kMetrics:
    case ValueType::kDump:
      return "_gophercap_take -f";
    case ValueType::kPathList:
      return "_gophercap_take -d";
    case ValueType::kInterface:
    case ValueType::kOut:
      return "_gophercap_take -W \"$(ls /sys/class/net 2>/dev/null)\"";
    default:
      return ":";
  }
}

std::string bash_case_of(Command command) {
  std::string out;
  for (const OptionSpec* option : options_of(command)) {
    if (option->type == ValueType::kBool) continue;
    const std::string values =
        option->type == ValueType::kChoice
            ? fmt::format("_gophercap_take -W '{}'", fmt::join(choices(*option), " "))
            : std::string(bash_values(*option));
    out +=
        fmt::format("        {}) {}; return ;;\n", fmt::join(option_words(*option), "|"), values);
  }
  return out;
}

std::string bash_script() {
  std::string valued;
  for (const OptionSpec& option : option_table()) {
    if (option.type == ValueType::kBool) continue;
    valued += fmt::format("{}{}", valued.empty() ? "" : "|", fmt::join(option_words(option), "|"));
  }
  std::string out =
      "# Completion of gophercap for bash.\n"
      "_gophercap_take() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen "
      "\"$@\" -- \"$cur\"); }\n"
      "_gophercap() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
      "  COMPREPLY=()\n"
      "  # bash takes --name=value apart at the equals sign.\n"
      "  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then "
      "prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${COMP_WORDS[i]} in\n";
  out += fmt::format("      {}) [[ ${{COMP_WORDS[i+1]}} == = ]] && ((i++)); ((i++)) ;;\n", valued);
  out +=
      "      -*) ;;\n"
      "      *) command=${COMP_WORDS[i]}; break ;;\n"
      "    esac\n"
      "  done\n"
      "  case $command in\n";
  std::vector<const CommandSpec*> commands = {&program_spec()};
  for (const CommandSpec& command : command_table()) {
    if (!command.hidden) commands.push_back(&command);
  }
  for (const CommandSpec* command : commands) {
    std::vector<std::string> words;
    for (const OptionSpec* option : options_of(command->id)) {
      for (const std::string& word : option_words(*option)) words.push_back(word);
    }
    out += fmt::format("    {})\n      case $prev in\n{}      esac\n",
                       command->id == Command::kGlobal ? "''" : command_pattern(*command),
                       bash_case_of(command->id));
    out += fmt::format("      if [[ $cur == -* ]]; then _gophercap_take -W '{}'; return; fi\n",
                       fmt::join(words, " "));
    if (command->operands == Operands::kFiles) out += "      _gophercap_take -f\n";
    if (command->id == Command::kGlobal || command->operands == Operands::kCommand) {
      out += fmt::format("      _gophercap_take -W '{}'\n", fmt::join(command_words(), " "));
    }
    if (command->operands == Operands::kShell) out += "      _gophercap_take -W 'bash zsh fish'\n";
    if (command->operands == Operands::kControl) {
      out += fmt::format("      _gophercap_take -f -W '{}'\n", fmt::join(control_words(), " "));
    }
    out += "      ;;\n";
  }
  out += "  esac\n}\ncomplete -F _gophercap gophercap gopherCap\n";
  return out;
}

// --- zsh ---

// For text between single quotes inside an _arguments specification.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_values(const OptionSpec& option) {
  switch (option.type) {
    case ValueType::kPath:
    case ValueType::kOutputPath:
    case ValueType::kMetrics:
    case ValueType::kDump:
      return "_files";
    case ValueType::kPathList:
      return "_files -/";
    case ValueType::kInterface:
    case ValueType::kOut:
      return "_net_interfaces";
    case ValueType::kChoice:
      return fmt::format("({})", fmt::join(choices(option), " "));
    default:
      return " ";
  }
}

void append_zsh_arguments(std::string& out, Command command, std::string_view indent) {
  for (const OptionSpec* option : options_of(command)) {
    const std::string value =
        option->type == ValueType::kBool
            ? ""
            : fmt::format(":{}:{}", zsh_text(option->value_name), zsh_values(*option));
    const bool repeatable = is_list(option->type);
    for (const std::string& word : option_words(*option)) {
      const std::string_view equals = option->type == ValueType::kBool ? "" : "=";
      out += fmt::format("{}'{}{}{}[{}]{}' \\\n", indent, repeatable ? "*" : "", word, equals,
                         zsh_text(option->help), value);
    }
  }
}

std::string zsh_script() {
  std::string out =
      "#compdef gophercap gopherCap\n"
      "# Completion of gophercap for zsh.\n"
      "_gophercap() {\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C \\\n";
  append_zsh_arguments(out, Command::kGlobal, "    ");
  out +=
      "    '1:command:->command' \\\n    '*::argument:->argument'\n"
      "  case $state in\n"
      "    command)\n"
      "      local -a commands\n"
      "      commands=(\n";
  for (const CommandSpec& command : command_table()) {
    if (!command.hidden)
      out += fmt::format("        '{}:{}'\n", command.name, zsh_text(command.summary));
  }
  out +=
      "      )\n"
      "      _describe command commands\n"
      "      ;;\n"
      "    argument)\n"
      "      case $words[1] in\n";
  for (const CommandSpec& command : command_table()) {
    if (command.hidden) continue;
    out += fmt::format("        {})\n          _arguments \\\n", command_pattern(command));
    append_zsh_arguments(out, command.id, "            ");
    if (command.operands == Operands::kFiles) {
      out += "            '*:PATH:_files'\n";
    } else if (command.operands == Operands::kCommand) {
      out += fmt::format("            '1:command:({})'\n", fmt::join(command_words(), " "));
    } else if (command.operands == Operands::kControl) {
      out += fmt::format("            '1:PATH:_files' \\\n            '2:command:({})'\n",
                         fmt::join(control_words(), " "));
    } else if (command.operands == Operands::kShell) {
      out += "            '1:shell:(bash zsh fish)'\n";
    } else {
      out += "            '*:: :'\n";
    }
    out += "          ;;\n";
  }
  out += "      esac\n      ;;\n  esac\n}\n_gophercap \"$@\"\n";
  return out;
}

// --- fish ---

std::string fish_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string fish_values(const OptionSpec& option) {
  switch (option.type) {
    case ValueType::kBool:
      return "";
    case ValueType::kPath:
    case ValueType::kOutputPath:
    case ValueType::kMetrics:
    case ValueType::kDump:
      return " -r -F";
    case ValueType::kPathList:
      return " -x -a '(__fish_complete_directories)'";
    case ValueType::kInterface:
    case ValueType::kOut:
      return " -x -a '(ls /sys/class/net 2>/dev/null)'";
    case ValueType::kChoice:
      return fmt::format(" -x -a '{}'", fmt::join(choices(option), " "));
    default:
      return " -x";
  }
}

std::string fish_script() {
  std::string out =
      "# Completion of gophercap for fish.\n"
      "complete -c gophercap -f\n"
      "complete -c gopherCap -w gophercap\n";
  for (const CommandSpec& command : command_table()) {
    if (command.hidden) continue;
    out += fmt::format("complete -c gophercap -n __fish_use_subcommand -a {} -d '{}'\n",
                       command.name, fish_text(command.summary));
  }
  const auto seen = [](const CommandSpec& command) {
    return fmt::format("'__fish_seen_subcommand_from {}{}{}'", command.name,
                       command.kebab.empty() ? "" : " ", command.kebab);
  };
  for (const OptionSpec& option : option_table()) {
    out += "complete -c gophercap";
    if (option.command != Command::kGlobal)
      out += fmt::format(" -n {}", seen(command_spec(option.command)));
    out += fmt::format(" -l {}", option.name);
    if (!option.alias.empty())
      out += fmt::format(" -{} {}", option.alias.size() == 1 ? "s" : "l", option.alias);
    out += fmt::format("{} -d '{}'\n", fish_values(option), fish_text(option.help));
  }
  for (const CommandSpec& command : command_table()) {
    if (command.operands == Operands::kFiles)
      out += fmt::format("complete -c gophercap -n {} -F\n", seen(command));
    if (command.operands == Operands::kControl) {
      out += fmt::format("complete -c gophercap -n {} -F -a '{}'\n", seen(command),
                         fmt::join(control_words(), " "));
    }
    if (command.operands == Operands::kShell) {
      out += fmt::format("complete -c gophercap -n {} -a 'bash zsh fish'\n", seen(command));
    }
    if (command.operands == Operands::kCommand) {
      out += fmt::format("complete -c gophercap -n {} -a '{}'\n", seen(command),
                         fmt::join(command_words(), " "));
    }
  }
  return out;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return {};
}

}  // namespace gophercap::cli
