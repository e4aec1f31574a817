// A file of rules, which is then applied to frames. What the rules say about themselves must give
// the same rules again.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/config_file.h"
#include "cli/options/option_table.h"
#include "cli/options/rules_file.h"
#include "cli/options/settings.h"
#include "cli/options/values.h"
#include "packet/frame.h"
#include "packet/frame_step.h"
#include "rewrite/rules/rules.h"
#include "rewrite/rules/rules_rewriter.h"

namespace {

namespace cli = gophercap::cli;
namespace packet = gophercap::packet;
namespace rewrite = gophercap::rewrite;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

// UDP with a VLAN tag, from 10.0.0.1 to 10.0.0.2.
constexpr std::array<uint8_t, 50> kFrame = {2,    0,  0,    0,    0,  1,    2, 0, 0,  0, 0, 2, 0x81,
                                            0,    0,  7,    8,    0,  0x45, 0, 0, 32, 0, 1, 0, 0,
                                            64,   17, 0x66, 0xca, 10, 0,    0, 1, 10, 0, 0, 2, 0xcf,
                                            0x08, 0,  53,   0,    12, 0,    0, 1, 2,  3, 4};

std::vector<uint8_t> applied(const rewrite::Rules& rules, uint64_t loop) {
  const rewrite::RulesRewriter rewriter(rules);
  packet::FrameList list;
  const packet::Frame frame{kFrame.data(), kFrame.size(), kFrame.size() + 10, 1};
  const bool changed = rewriter.rewrite(frame, loop, list);
  require(list.frames().size() == 1 && (!changed || rewriter.may_change(1)));
  const packet::Frame& made = list.frames().front();
  require(changed == (made.data != kFrame.data()));
  require(made.bytes <= kFrame.size() + rewriter.growth_bytes());
  require(made.bytes == kFrame.size() || rewriter.may_resize(1));
  require(made.original_bytes == made.bytes + 10);
  return {made.data, made.data + made.bytes};
}

// "map-port 80=8080" as an option.
void add(const std::string& text, std::vector<std::string>& seen, cli::Settings& settings) {
  const size_t space = text.find(' ');
  const std::string name = text.substr(0, space);
  const cli::OptionSpec* option = cli::find_option(cli::Command::kReplay, name);
  require(option != nullptr);
  const std::string value = space == std::string::npos ? "true" : text.substr(space + 1);
  require(cli::check_value(*option, value).has_value());
  std::vector<std::string> values;
  if (!seen.empty() && seen.back() == name) values = settings.values(*option);
  values.push_back(value);
  settings.set(*option, std::move(values), cli::Source::kCommandLine);
  seen.push_back(name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string yaml(data, data + size);
  const cli::ConfigFile file = cli::parse_rules(yaml, "rules.yaml", cli::Command::kReplay);
  require(file.complaints.size() <= 21);
  if (!file.complaints.empty()) return 0;
  cli::Settings settings;
  settings.apply(file);
  const auto rules = cli::rules_of(settings, cli::Command::kReplay);
  if (!rules || rules->empty()) return 0;
  cli::Settings again;
  std::vector<std::string> seen;
  for (const std::string& text : rules->texts) add(text, seen, again);
  const auto same = cli::rules_of(again, cli::Command::kReplay);
  require(same.has_value() && same->texts == rules->texts);
  for (const uint64_t loop : {uint64_t{0}, uint64_t{5}})
    require(applied(*rules, loop) == applied(*same, loop));
  return 0;
}
