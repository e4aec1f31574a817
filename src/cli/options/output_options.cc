#include "cli/options/output_options.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "cli/options/option_table.h"

namespace gophercap::cli {

jobs::Outputs outputs_of(const Settings& settings, Command command) {
  jobs::Outputs outputs;
  for (const OptionSpec* option : options_of(command)) {
    if (!is_output(*option, command)) continue;
    const Value& value = settings.value(*option);
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

void check_outputs(const Settings& settings, Command command, const jobs::Outputs& beside,
                   std::vector<Complaint>& complaints) {
  jobs::Outputs outputs = outputs_of(settings, command);
  outputs.insert(outputs.end(), beside.begin(), beside.end());
  std::map<std::string, std::string> options;  // by path
  for (const jobs::Output& output : outputs) {
    std::error_code unknown;
    if (output.path.empty() || output.path == "-") continue;
    const std::filesystem::path path =
        std::filesystem::weakly_canonical(std::filesystem::absolute(output.path, unknown), unknown);
    std::error_code missing;
    if (std::filesystem::is_character_file(path, missing)) continue;
    const auto [place, first] =
        options.emplace(unknown ? output.path : path.string(), output.option);
    if (!first)
      complaints.push_back(
          {fmt::format("{}: the same file as {}", output.option, place->second), ""});
  }
}

}  // namespace gophercap::cli
