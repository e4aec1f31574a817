#include "cli/options/output_options.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "cli/options/option_table.h"

namespace gophercap::cli {

jobs::Outputs outputs_of(const Settings& settings, Command command) {
  jobs::Outputs outputs;
  for (const OptionSpec* option : options_of(command)) {
    if (!is_output(*option, command)) continue;
    if (auto path = settings.value(*option).as<std::string>(); !path.empty())
      outputs.push_back({fmt::format("--{}", option->name), std::move(path)});
  }
  return outputs;
}

}  // namespace gophercap::cli
