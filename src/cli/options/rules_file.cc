#include "cli/options/rules_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cli/options/config_file.h"
#include "cli/options/option.h"

namespace gophercap::cli {
namespace {

constexpr PlanOption<std::string> kRewrite{"rewrite"};

}  // namespace

std::vector<Complaint> apply_rules_file(Settings& settings, Command command) {
  const Option<std::string> rewrite = kRewrite.of(command);
  const std::string path = settings.get(rewrite);
  if (path.empty()) return {};
  const Result<std::string> text = read_config(path, settings.owners());
  if (!text) return {{"--rewrite: " + text.error().what, ""}};
  ConfigFile file = parse_rules(*text, path, command);
  if (!file.complaints.empty()) return std::move(file.complaints);
  for (ConfigValue& rule : file.values) {
    const OptionSpec& option = *rule.option;
    const bool given =
        settings.source(option) == Source::kCommandLine || !settings.is_default(option);
    Source source = settings.source(rewrite);
    if (given) {
      if (!is_list(option.type)) continue;
      const std::vector<std::string>& own = settings.values(option);
      rule.values.insert(rule.values.end(), own.begin(), own.end());
      source = std::max(source, settings.source(option));
    }
    settings.set(option, std::move(rule.values), source);
  }
  return {};
}

Result<rewrite::Rules> rules_of(const Settings& settings, Command command) {
  rewrite::RuleParts parts;
  settings.fill(command, {.rules = &parts});
  return rewrite::make_rules(parts);
}

}  // namespace gophercap::cli
