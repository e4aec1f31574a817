#include "cli/options/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/options/habits.h"
#include "cli/options/suggest.h"
#include "cli/options/values.h"

// This parser does not use a library, because it must accept exactly the forms that the original
// accepts (a command after its own options, "--name=" as an empty value, paths such as "[1]" or
// "++" unchanged), and an adapter that made a library do so was longer than this file.
namespace gophercap::cli {
namespace {

// An option as written on the command line, before it is known to which command it belongs.
struct OptionWord {
  std::string_view name;  // without the dashes
  std::optional<std::string_view> value;
  bool one_dash = false;
};

bool looks_like_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-';
}

OptionWord split(std::string_view word) {
  OptionWord result;
  result.one_dash = !word.starts_with("--");
  word.remove_prefix(result.one_dash ? 1 : 2);
  const size_t equals = word.find('=');
  result.name = word.substr(0, equals);
  if (equals != std::string_view::npos) result.value = word.substr(equals + 1);
  return result;
}

const OptionSpec* find(Command command, const OptionWord& word) {
  if (word.one_dash != (word.name.size() == 1)) return nullptr;
  return find_option(command, word.name);
}

// Finds the option in any command, since options may come before the command, and the word after
// one may be its value. (Options with the same name have the same type in all commands; a test
// checks this.)
const OptionSpec* find_anywhere(const OptionWord& word) {
  if (const OptionSpec* option = find(Command::kGlobal, word)) return option;
  for (const CommandSpec& command : command_table()) {
    if (const OptionSpec* option = find(command.id, word)) return option;
  }
  return nullptr;
}

std::string shown(const OptionWord& word) {
  return fmt::format("{}{}", word.one_dash ? "-" : "--", word.name);
}

// Commands of the original, or planned ones, that do not exist here.
constexpr std::string_view kNotYet[] = {"filter", "extract",   "eve2filter", "merge-maps",
                                        "report", "mergeMaps", "doctor"};

Complaint unknown_command(std::string_view word) {
  if (std::ranges::find(kNotYet, word) != std::ranges::end(kNotYet)) {
    return {fmt::format("{}: not in this version yet", word),
            "gophercap help lists the commands of this version"};
  }
  std::vector<std::string_view> names;
  for (const CommandSpec& command : command_table()) {
    if (command.hidden) continue;
    names.push_back(command.name);
    if (!command.kebab.empty()) names.push_back(command.kebab);
  }
  std::string hint = did_you_mean(word, names);
  if (hint.empty()) hint = "gophercap help lists the commands";
  return {fmt::format("{}: unknown command", word), std::move(hint)};
}

Complaint unknown_option(Command command, const OptionWord& word) {
  std::vector<std::string_view> names;
  for (const OptionSpec* option : options_of(command)) {
    names.push_back(option->name);
    if (option->alias.size() > 1) names.push_back(option->alias);
  }
  std::string hint = hint_of_habit(command, word.name);
  if (hint.empty()) hint = did_you_mean(word.name, names, "--");
  if (hint.empty()) {
    const std::string_view name = command_spec(command).name;
    hint = fmt::format("gophercap {}{}--help lists the options", name, name.empty() ? "" : " ");
  }
  return {fmt::format("{}: unknown option", shown(word)), std::move(hint)};
}

Complaint not_of_this_command(Command command, const OptionSpec& option, const OptionWord& word) {
  const std::string_view owner = command_spec(option.command).name;
  if (command == Command::kGlobal)
    return {fmt::format("{}: is an option of {}", shown(word), owner)};
  return {fmt::format("{}: is an option of {}, not of {}", shown(word), owner,
                      command_spec(command).name)};
}

// An empty limit on the command line is probably a shell variable that was not set; it must not
// pass as "no limit".
Result<> check_typed(const OptionSpec& option, std::string_view text) {
  if (option.type == ValueType::kLatenessLimit && text.empty()) {
    TRY_VOID(parse_lateness_limit(text));
  }
  return check_value(option, text);
}

class Parser {
 public:
  explicit Parser(std::span<const std::string> words) : words_(words) {}

  Arguments run() {
    for (; next_ < words_.size(); ++next_) {
      const std::string& word = words_[next_];
      if (word == "--") {
        plain_.insert(plain_.end(), words_.begin() + static_cast<ptrdiff_t>(next_) + 1,
                      words_.end());
        break;
      }
      if (looks_like_option(word) && !is_value_of_ctl(word)) {
        take_option(split(word));
      } else {
        plain_.push_back(word);
      }
    }
    find_command_word();
    for (const OptionWord& word : options_) resolve(word);
    return std::move(result_);
  }

 private:
  // `gophercap ctl PATH seek -10m`
  bool is_value_of_ctl(std::string_view word) const {
    return plain_.size() > 2 && plain_.front() == "ctl" && word[1] >= '0' && word[1] <= '9';
  }

  // Assigns a separate value to the option before it.
  void take_option(OptionWord word) {
    const OptionSpec* option = find_anywhere(word);
    if (option == nullptr && !word.value) take_value_of_habit(word);
    if (option != nullptr && option->type == ValueType::kBool && !word.value) word.value = "true";
    if (option != nullptr && !word.value) {
      if (next_ + 1 == words_.size()) {
        result_.complaints.push_back(
            {fmt::format("{}: needs a value: {}", shown(word), option->value_name)});
        return;
      }
      const std::string& value = words_[next_ + 1];
      if (looks_like_option(value) && find_anywhere(split(value)) != nullptr) {
        result_.complaints.push_back(
            {fmt::format("{}: needs a value: {}", shown(word), option->value_name),
             fmt::format("if {} is the value, write {}={}", value, shown(word), value)});
        return;
      }
      word.value = value;
      ++next_;
    }
    options_.push_back(word);
  }

  // The value that follows an option typed from habit is not the command, although the option is
  // unknown.
  void take_value_of_habit(OptionWord& word) {
    const OptionSpec* meant = option_of_habit(Command::kReplay, word.name);
    if (meant == nullptr || meant->type == ValueType::kBool) return;
    if (next_ + 1 == words_.size() || looks_like_option(words_[next_ + 1])) return;
    word.value = words_[++next_];
  }

  void find_command_word() {
    if (plain_.empty()) return;
    const CommandSpec* command = cli::find_command(plain_.front());
    if (command == nullptr) {
      result_.complaints.push_back(unknown_command(plain_.front()));
      options_.clear();  // they may belong to the command that the user meant
      return;
    }
    result_.command = command->id;
    result_.positionals.assign(plain_.begin() + 1, plain_.end());
  }

  void resolve(const OptionWord& word) {
    const OptionSpec* option = find(result_.command, word);
    if (option == nullptr) {
      const OptionSpec* other = find_anywhere(word);
      result_.complaints.push_back(other == nullptr
                                       ? unknown_option(result_.command, word)
                                       : not_of_this_command(result_.command, *other, word));
      return;
    }
    if (word.value->empty() && names_something(option->type)) {
      result_.complaints.push_back(
          {fmt::format("{}: needs a value: {}", shown(word), option->value_name),
           "the value is empty: is a variable not set?"});
      return;
    }
    if (const Result<> checked = check_typed(*option, *word.value); !checked) {
      result_.complaints.push_back({fmt::format("{}: {}", shown(word), checked.error().what)});
      return;
    }
    if (option->command == Command::kGlobal && option->name == "help") {
      result_.help = !*parse_bool(*word.value) ? HelpWanted::kNone
                     : word.one_dash           ? HelpWanted::kShort
                                               : HelpWanted::kFull;
      return;
    }
    if (option->command == Command::kGlobal && option->name == "version") {
      result_.version = *parse_bool(*word.value);
      return;
    }
    const auto given = std::ranges::find(result_.options, option, &GivenOption::option);
    if (given == result_.options.end()) {
      result_.options.push_back({option, {std::string(*word.value)}});
    } else if (is_list(option->type)) {
      given->values.emplace_back(*word.value);
    } else {
      given->values = {std::string(*word.value)};  // the last one counts
    }
  }

  std::span<const std::string> words_;
  size_t next_ = 0;
  std::vector<std::string> plain_;
  std::vector<OptionWord> options_;
  Arguments result_;
};

}  // namespace

Arguments parse_arguments(std::span<const std::string> words) {
  return Parser(words).run();
}

}  // namespace gophercap::cli
