#include "cli/options/config_file.h"

#include <fmt/format.h>
#include <unistd.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "base/fd.h"
#include "cli/options/known_keys.h"
#include "cli/options/suggest.h"
#include "cli/options/values.h"
#include "cli/text/ascii.h"
#include "io/file/waiting.h"

namespace gophercap::cli {
namespace {

constexpr size_t kMaxConfigBytes = size_t{1} << 20;
// Enough to correct a file at once, but few enough for a file that is not a configuration.
constexpr size_t kMaxComplaints = 20;

// A key that may be in a file, in lower case.
struct KnownKey {
  std::string_view spelling;
  const OptionSpec* option = nullptr;  // nullptr: accepted without effect
};
using KnownKeys = std::map<std::string, KnownKey, std::less<>>;

KnownKeys make_known_keys() {
  KnownKeys keys;
  for (const OptionSpec& option : option_table()) {
    if (!option.key.empty()) keys.emplace(ascii_lower(option.key), KnownKey{option.key, &option});
  }
  for (const std::string_view key : unused_keys()) keys.emplace(ascii_lower(key), KnownKey{key});
  for (const OldKey& old : old_keys()) keys.emplace(old.old_name, keys.at(std::string(old.key)));
  return keys;
}

// Walks over the nodes. It only descends while the names so far begin a known key, so neither depth
// nor recursive aliases matter.
class Walker {
 public:
  Walker(std::string_view file_name, KnownKeys keys, ConfigFile& result)
      : file_name_(file_name), result_(result), keys_(std::move(keys)) {}

  void walk_map(const YAML::Node& map, const std::string& prefix) {
    for (const auto& entry : map) {
      if (result_.complaints.size() >= kMaxComplaints) return;
      if (!entry.first.IsScalar()) {
        complain(entry.first, "names of keys have to be plain text");
        continue;
      }
      const std::string name =
          prefix.empty() ? entry.first.Scalar() : prefix + "." + entry.first.Scalar();
      walk_entry(entry.first, entry.second, name);
    }
  }

  void complain(const YAML::Node& where, std::string_view what, std::string hint = {}) {
    complain_at(where.Mark().line + 1, what, std::move(hint));
  }
  void complain_at(int line, std::string_view what, std::string hint = {}) {
    result_.complaints.push_back(
        {fmt::format("{}:{}: {}", file_name_, line, what), std::move(hint)});
  }

 private:
  void walk_entry(const YAML::Node& key_node, const YAML::Node& value, const std::string& name) {
    const std::string key = ascii_lower(name);
    if (const auto known = keys_.find(key); known != keys_.end()) {
      const auto [first, is_new] =
          seen_.emplace(ascii_lower(known->second.spelling), key_node.Mark().line + 1);
      if (!is_new) {
        complain(key_node,
                 fmt::format("{}: is given twice, first in line {}", name, first->second));
        return;
      }
      take_value(known->second, value, name);
      return;
    }
    const auto below = keys_.lower_bound(key + ".");
    if (below != keys_.end() && below->first.starts_with(key + ".")) {
      if (value.IsMap()) {
        walk_map(value, name);
      } else if (!value.IsNull()) {
        complain(value, fmt::format("{}: is a group of keys, not a key", name));
      }
      return;
    }
    std::vector<std::string_view> names;
    for (const auto& [spelling, known] : keys_) names.push_back(known.spelling);
    complain(key_node, fmt::format("{}: unknown key", name),
             did_you_mean(full_name(name, value), names));
  }

  // An unknown group with a single key in it is named completely, so that it can be compared with
  // known keys.
  static std::string full_name(std::string name, YAML::Node value) {
    for (int depth = 0;
         depth < 4 && value.IsMap() && value.size() == 1 && value.begin()->first.IsScalar();
         ++depth) {
      name += "." + value.begin()->first.Scalar();
      value.reset(YAML::Node(value.begin()->second));
    }
    return name;
  }

  void take_value(const KnownKey& known, const YAML::Node& value, const std::string& shown) {
    if (value.IsNull()) return;  // "key:" means not given
    if (known.option == nullptr) {
      if (!value.IsScalar() ||
          (!value.Scalar().empty() && ascii_lower(value.Scalar()) != "false")) {
        result_.unused_keys.emplace_back(known.spelling);
      }
      return;
    }
    ConfigValue taken{
        known.option, {}, fmt::format("{}:{}: {}", file_name_, value.Mark().line + 1, shown)};
    if (value.IsSequence() && is_list(known.option->type)) {
      for (const auto& element : value) {
        if (!take_scalar(known.spelling, element, taken)) return;
      }
    } else if (!take_scalar(known.spelling, value, taken)) {
      return;
    }
    // An empty text means "not given", unless it has a meaning of its own.
    if (taken.values.size() == 1 && taken.values[0].empty() && !is_list(known.option->type) &&
        known.option->default_value.empty()) {
      return;
    }
    if (value.IsSequence() && taken.values.empty()) return;
    result_.values.push_back(std::move(taken));
  }

  bool take_scalar(std::string_view key, const YAML::Node& value, ConfigValue& taken) {
    if (!value.IsScalar()) {
      complain(value, fmt::format("{}: must be a single value", key));
      return false;
    }
    if (const Result<> checked = check_value(*taken.option, value.Scalar()); !checked) {
      complain(value, fmt::format("{}: {}", key, checked.error().what));
      return false;
    }
    taken.values.push_back(value.Scalar());
    return true;
  }

  std::string file_name_;
  ConfigFile& result_;
  KnownKeys keys_;
  std::map<std::string, int> seen_;
};

// Notes where the first node that is not empty begins.
class FirstNode final : public YAML::EventHandler {
 public:
  const std::optional<int>& line() const { return line_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {
    note(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    note(mark);
  }
  void OnMapEnd() override {}

 private:
  void note(const YAML::Mark& mark) {
    if (!line_) line_ = mark.line + 1;
  }

  std::optional<int> line_;
};

// YAML::Load() ignores all documents but the first. YAML::LoadAll() fills the memory if the text is
// such that the parser finds empty documents without end.
std::optional<int> line_of_second_document(const std::string& text) {
  constexpr int kMostDocuments = 100;
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  FirstNode first;
  if (!parser.HandleNextDocument(first)) return std::nullopt;
  FirstNode second;
  for (int i = 1; i < kMostDocuments && !second.line(); ++i) {
    if (!parser.HandleNextDocument(second)) break;
  }
  return second.line();
}

// `kind` is what the file should be.
ConfigFile parse_file(std::string_view yaml, std::string_view file_name, KnownKeys keys,
                      std::string_view kind) {
  ConfigFile result;
  Walker walker(file_name, std::move(keys), result);
  // The library treats this byte as the end of the text.
  constexpr char kEndForYaml = 0x04;
  if (const size_t at = yaml.find(kEndForYaml); at != std::string_view::npos) {
    const auto line = std::count(yaml.begin(), yaml.begin() + static_cast<ptrdiff_t>(at), '\n');
    walker.complain_at(static_cast<int>(line) + 1, "has a control character (0x04)");
    return result;
  }
  try {
    const std::string text(yaml);
    if (const std::optional<int> line = line_of_second_document(text)) {
      walker.complain_at(*line,
                         fmt::format("a second document begins; {} is a single document", kind),
                         "remove the line \"---\" before it");
    }
    const YAML::Node root = YAML::Load(text);
    if (root.IsMap()) {
      walker.walk_map(root, "");
    } else if (root.IsDefined() && !root.IsNull()) {
      walker.complain(root, fmt::format("is not {}: no keys", kind));
    }
  } catch (const YAML::Exception& error) {
    walker.complain_at(error.mark.line + 1, error.msg);
  }
  return result;
}

}  // namespace

ConfigFile parse_config(std::string_view yaml, std::string_view file_name) {
  return parse_file(yaml, file_name, make_known_keys(), "a configuration");
}

ConfigFile parse_rules(std::string_view yaml, std::string_view file_name, Command command) {
  KnownKeys keys;
  for (const OptionSpec* option : options_of(command)) {
    const bool names_the_file = option->type == ValueType::kPath;
    if (option->group == Group::kRewriting && !names_the_file)
      keys.emplace(option->name, KnownKey{option->name, option});
  }
  return parse_file(yaml, file_name, std::move(keys), "a file of rules");
}

Result<std::string> read_config(const std::string& path, io::Owners owners) {
  TRY(const Fd fd, io::open_file(path, owners));
  // Signals are not handled yet, so any of them ends this wait for the writer of a FIFO.
  if (io::is_pipe(fd.value())) TRY_VOID(io::wait_to_read(fd.value(), {}));
  std::string text;
  std::string block(size_t{64} << 10, '\0');
  for (;;) {
    const ssize_t n = read(fd.value(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, path);
    if (n == 0) return text;
    text.append(block, 0, static_cast<size_t>(n));
    if (text.size() > kMaxConfigBytes) {
      return Error{Errc::kInvalidArgument, 0, path + ": is too large to be a configuration"};
    }
  }
}

}  // namespace gophercap::cli
