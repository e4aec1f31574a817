// All options, once. The parser, every --help, the configuration template, completion and the man
// page are made from this table; a test holds each of them against it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"
#include "cli/commands/command_table.h"

namespace gophercap::cli {

struct Value;
struct FieldOwners;

enum class ValueType : uint8_t {
  kString,
  kStringList,  // may be given several times
  kPath,        // of a file or folder to be read
  kPathList,
  kOutputPath,  // of a file that the command writes
  kDump,        // of the dump: written by map, read by the others
  kInterface,
  kRegexp,
  kChoice,  // a word of an enumeration
  kBool,
  kInteger,
  kDuration,  // as Go writes it: 1h30m, 250ms
  kTime,      // 2006-01-02 15:04:05, in UTC, or RFC 3339
  kRatio,     // above zero: 2, 0.5, 1/3
  kSize,      // bytes, with K, M, G or T in steps of 1024
  kLate,      // option_values.h has these
  kClockSteps,
  kLatenessLimit,
  kPrefixChanges,  // may be given several times
};

// Where an option stands in help and manual page. In the order of these.
enum class Group : uint8_t {
  kWhat,
  kPackets,
  kWhen,
  kWhere,
  kReports,
  kAdvanced,
  kShared,  // what every command takes
};

// A word of an enumeration, without its type.
struct ChoiceWord {
  std::string_view word;
  uint8_t value = 0;
};
using ChoiceWords = std::span<const ChoiceWord>;

template <HasWords Enum>
inline constexpr auto kWordsOf = [] {
  constexpr auto kWords = words_of(Enum{});
  std::array<ChoiceWord, kWords.size()> words{};
  for (size_t i = 0; i < kWords.size(); ++i)
    words[i] = {kWords[i].word, static_cast<uint8_t>(kWords[i].value)};
  return words;
}();

// "auto|pcap|pcapng"
template <HasWords Enum>
inline constexpr auto kJoinedWords = [] {
  constexpr size_t kLength = [] {
    size_t length = 0;
    for (const ChoiceWord& word : kWordsOf<Enum>) length += word.word.size() + 1;
    return length - 1;
  }();
  std::array<char, kLength> text{};
  size_t at = 0;
  for (const ChoiceWord& word : kWordsOf<Enum>) {
    if (at > 0) text[at++] = '|';
    for (const char c : word.word) text[at++] = c;
  }
  return text;
}();

// The value of an option that is a choice: `kChoiceOf<transmit::Backend>` in its row.
struct Choice {
  std::string_view value_name;
  ChoiceWords words;
};
template <HasWords Enum>
inline constexpr Choice kChoiceOf{{kJoinedWords<Enum>.data(), kJoinedWords<Enum>.size()},
                                  kWordsOf<Enum>};

enum class Limit : uint8_t {
  kNone,
  kNotNegative,
  kPositive,
  kUpTo,  // 1 to `most`
};

// What not every row of the table says. Names are those of options of the same command.
struct OptionDetails {
  std::string_view alias{};          // a second name: a long one, or one letter
  std::string_view default_value{};  // as a user would write it; empty = not given
  std::string_view default_shown{};  // by help, where that says more than default_value
  bool everyday = false;             // in the short help too
  bool as_in_replay = false;         // of verify: says what replay's option of that name has said

  Limit limit = Limit::kNone;
  int64_t most = 0;
  std::array<std::string_view, 2> excludes{};
  std::string_view excludes_since{};            // ", which …": why, behind the names
  std::string_view needs{};                     // without which it does nothing
  std::array<std::string_view, 2> idle_with{};  // with which it does nothing
  std::string_view idle_since{};
  bool for_interface = false;  // does nothing where packets go elsewhere
  // Puts the value where the job has it; null: the command does so by hand.
  void (*field)(const Value& value, const FieldOwners& owners) = nullptr;
};

struct OptionSpec : OptionDetails {
  Command command = Command::kGlobal;  // kGlobal = an option of every command
  Group group = Group::kShared;
  std::string_view name{};        // without the dashes
  std::string_view value_name{};  // for help; empty for kBool
  std::string_view key{};         // in the configuration; empty = on the command line only
  ValueType type = ValueType::kBool;
  std::string_view help{};  // one sentence, no full stop
  ChoiceWords words{};      // of a kChoice

  constexpr OptionSpec() = default;
  constexpr OptionSpec(Command command_in, Group group_in, std::string_view name_in,
                       std::string_view value_name_in, std::string_view key_in, ValueType type_in,
                       std::string_view help_in, const OptionDetails& details = {})
      : OptionDetails(details),
        command(command_in),
        group(group_in),
        name(name_in),
        value_name(value_name_in),
        key(key_in),
        type(type_in),
        help(help_in) {
    if (type == ValueType::kBool && default_value.empty()) default_value = "false";
  }
  constexpr OptionSpec(Command command_in, Group group_in, std::string_view name_in,
                       const Choice& choice_in, std::string_view key_in, std::string_view help_in,
                       const OptionDetails& details = {})
      : OptionSpec(command_in, group_in, name_in, choice_in.value_name, key_in, ValueType::kChoice,
                   help_in, details) {
    words = choice_in.words;
  }
};

std::span<const OptionSpec> option_table();

// Those that `command` takes: its own first, then the global ones.
std::vector<const OptionSpec*> options_of(Command command);

// A group of a command's help: its own options, then those of every command.
struct OptionGroup {
  std::string_view title;
  std::vector<const OptionSpec*> options;
};
// In the order of help; none is empty. The everyday options of each come first.
std::vector<OptionGroup> option_groups(Command command);

// By name or alias, of those that `command` takes. nullptr = there is none.
const OptionSpec* find_option(Command command, std::string_view name);

bool is_list(ValueType type) noexcept;

// A path on the command line, in the environment or in a configuration.
bool names_file(ValueType type) noexcept;

// Names a file that `command` writes. Every such file is kept from being one that it reads.
bool is_output(const OptionSpec& option, Command command) noexcept;

// What names a file, a folder or an interface. Given empty on the command line it is a variable
// that was not set, and what would happen without the option is not what was meant. A configuration
// has all keys, so there an empty one is not given.
bool names_something(ValueType type) noexcept;

// Place in option_table().
size_t option_index(const OptionSpec& option) noexcept;

// What to show as the default; empty: nothing worth showing. default_here() fills in what depends
// on this machine, such as the number of CPUs.
std::string default_text(const OptionSpec& option);
std::string default_here(const OptionSpec& option);

// "GOPHERCAP_MAP_FILE_WORKERS" for "map.file.workers".
std::string environment_name(std::string_view key);

// Words of a kChoice.
std::vector<std::string_view> choices(const OptionSpec& option);

}  // namespace gophercap::cli
