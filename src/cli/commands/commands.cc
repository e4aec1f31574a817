#include "cli/commands/commands.h"

#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/text/hints.h"
#include "cli/text/units.h"
#include "io/memory/free_memory.h"

namespace gophercap::cli {
namespace {

std::vector<std::string> existing_interfaces() {
  std::vector<std::string> names;
  struct if_nameindex* list = if_nameindex();
  if (list == nullptr) return names;
  for (const struct if_nameindex* entry = list; entry->if_index != 0; ++entry)
    names.emplace_back(entry->if_name);
  if_freenameindex(list);
  return names;
}

}  // namespace

Outcome usage_error(Console& console, const std::vector<Complaint>& complaints) {
  for (const Complaint& complaint : complaints) {
    console.error(complaint.what);
    if (!complaint.hint.empty()) console.hint(complaint.hint);
  }
  return {ExitCode::kUsage};
}

ExitCode print_result(Console& console, std::string_view text, ExitCode code) {
  if (const Result<> printed = console.print(text); !printed) {
    print_error(console, printed.error());
    return merge(code, ExitCode::kFailed);
  }
  return code;
}

void print_error(Console& console, const Error& error, const HintContext& context) {
  console.error(error.what);
  const std::string hint = hint_for(error, interface_of(error, context.interface_names),
                                    existing_interfaces(), context.dump_path);
  if (!hint.empty()) console.hint(hint);
}

ExitCode exit_code_of(const Error& error) {
  if (error.code == Errc::kInvalidArgument) return ExitCode::kUsage;
  if (error.code == Errc::kInternal) return ExitCode::kBug;
  // If errno is not set, nothing matched the selection; otherwise a file or an interface does not
  // exist.
  return error.code == Errc::kNotFound && error.sys == 0 ? ExitCode::kNothingFound
                                                         : ExitCode::kFailed;
}

Outcome failed(Console& console, const Error& error) {
  print_error(console, error);
  return {exit_code_of(error)};
}

ExitCode judge_lateness(const std::optional<LatenessLimit>& limit, const Histogram& times,
                        std::string_view of, Console& console) {
  if (!limit || times.count() == 0) return ExitCode::kOk;
  const Nanos found(times.quantile(limit->quantile));
  if (found <= limit->limit) return ExitCode::kOk;
  console.error(
      fmt::format("--fail-on-late {}: it was {}{}", limit->text, human_duration(found), of));
  return ExitCode::kFailed;
}

jobs::MemoryLimit memory_of(std::optional<uint64_t> given) {
  return {.bytes = given ? *given : io::default_memory_bytes(), .asked = given.has_value()};
}

int worker_count(int64_t asked) {
  return static_cast<int>(std::clamp<int64_t>(asked, 0, 1024));
}

}  // namespace gophercap::cli
