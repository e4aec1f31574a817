#include "cli/options/output_options.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

#include "cli/options/option_table.h"

namespace gophercap::cli {

jobs::Outputs outputs_of(const Settings& settings, Command command) {
  jobs::Outputs outputs;
  for (const OptionSpec* option : options_of(command)) {
    if (!is_output(*option, command)) continue;
    const Value value = settings.value(*option);
    std::string path;
    if (const auto* metrics = std::get_if<jobs::MetricsTarget>(&value.is)) {
      path = metrics->path;
    } else if (value.given()) {
      path = value.as<std::string>();
    }
    if (!path.empty()) outputs.push_back({fmt::format("--{}", option->name), std::move(path)});
  }
  return outputs;
}

}  // namespace gophercap::cli
