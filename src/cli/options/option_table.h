// The table of all options. The parser, every --help, the configuration template, completion and
// the man page are generated from it; a test compares each of them with it.
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
  kPath,        // a file or folder to read
  kPathList,
  kOutputPath,  // a file that the command writes
  kDump,        // the dump: written by map, read by the other commands
  kInterface,
  kOut,  // interfaces or a tunnel
  kSplit,
  kMac,
  kRegexp,
  kChoice,  // a word of an enumeration
  kBool,
  kInteger,
  kDuration,  // as Go writes it: 1h30m, 250ms
  kTime,      // 2006-01-02 15:04:05, in UTC, or RFC 3339
  kRatio,     // above zero: 2, 0.5, 1/3
  kSize,      // bytes, with K, M, G or T in steps of 1024
  kMetrics,   // a file that is written, or an address
  kLimit,     // a number, a size or a duration, in that order of preference
  kLate,      // for this and the next three, see option_values.h
  kClockSteps,
  kLatenessLimit,
  kPrefixChanges,  // may be given several times, as the next four
  kPrefixPairs,
  kPortPairs,
  kMacRules,
  kVlanRules,
};

// The section of help and manual page in which an option is listed. Sections are in this order.
enum class Group : uint8_t {
  kWhat,
  kPackets,
  kWhen,
  kWhere,
  kRewriting,
  kReports,
  kAdvanced,
  kShared,  // options of all commands
};

// A word of an enumeration, with the type erased.
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

// Makes an option a choice between the words of an enumeration: `kChoiceOf<transmit::Backend>` in
// its row.
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
  kUpTo,       // 1 to `most`
  kAtMostOne,  // of a ratio
};

// The optional parts of a row. Names refer to options of the same command.
struct OptionDetails {
  std::string_view alias{};          // a second name, of one letter or more
  std::string_view default_value{};  // as a user would write it; empty: none
  std::string_view default_shown{};  // shown by help instead of default_value
  bool everyday = false;             // listed in the short help too
  bool as_in_replay = false;  // of verify: must be what the option of the same name was for replay

  Limit limit = Limit::kNone;
  int64_t most = 0;
  std::array<std::string_view, 2> excludes{};
  std::string_view excludes_since{};  // ", which …": the reason, printed after the names
  std::string_view needs{};           // it has no effect without this option
  std::array<std::string_view, 2> idle_with{};  // it has no effect with one of these
  std::string_view idle_since{};
  bool for_interface = false;  // has no effect if packets do not go to an interface
  bool for_real_time = false;  // has no effect if packets do not leave at their times
  // Copies the value into the options of the job; null: the command does so itself.
  void (*field)(const Value& value, const FieldOwners& owners) = nullptr;
};

struct OptionSpec : OptionDetails {
  Command command = Command::kGlobal;  // kGlobal: an option of every command
  Group group = Group::kShared;
  std::string_view name{};        // without the dashes
  std::string_view value_name{};  // shown by help; empty for kBool
  std::string_view key{};         // in the configuration; empty: only on the command line
  ValueType type = ValueType::kBool;
  std::string_view help{};  // one sentence, no full stop
  ChoiceWords words{};      // the words of a kChoice

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

// Returns the options that `command` accepts: its own first, then the global ones.
std::vector<const OptionSpec*> options_of(Command command);

// A section of a command's help: its own options, then those of every command.
struct OptionGroup {
  std::string_view title;
  std::vector<const OptionSpec*> options;
};
// In the order of help. No group is empty, and the everyday options come first in each.
std::vector<OptionGroup> option_groups(Command command);

// Finds an option of `command` by name or alias; nullptr if there is none.
const OptionSpec* find_option(Command command, std::string_view name);

bool is_list(ValueType type) noexcept;

// Returns whether the value is a path.
bool names_file(ValueType type) noexcept;

// Returns whether the value names a file that `command` writes. Such a file must not be one that
// the command reads.
bool is_output(const OptionSpec& option, Command command) noexcept;

// Returns whether the value names a file, a folder or an interface. If it is empty on the command
// line, a shell variable was probably not set, and doing what happens without the option would be
// wrong. A configuration contains all keys, so an empty value means "not given" there.
bool names_something(ValueType type) noexcept;

// The index in option_table().
size_t option_index(const OptionSpec& option) noexcept;

// Returns the default as help shows it; empty: it is not shown. default_here() replaces what
// depends on this machine, such as the number of CPUs.
std::string default_text(const OptionSpec& option);
std::string default_here(const OptionSpec& option);

// "GOPHERCAP_MAP_FILE_WORKERS" for "map.file.workers".
std::string environment_name(std::string_view key);

// The words of a kChoice.
std::vector<std::string_view> choices(const OptionSpec& option);

}  // namespace gophercap::cli
