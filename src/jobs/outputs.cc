#include "jobs/outputs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/open.h"

namespace gophercap::jobs {
namespace {

using Facts = struct stat;

std::optional<Facts> regular_file(const std::string& path) {
  Facts facts{};
  if (path.empty() || path == "-" || ::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode))
    return std::nullopt;
  return facts;
}

Result<> differs(const Output& output, const Facts& there, const std::string& input) {
  const std::optional<Facts> facts = regular_file(input);
  if (!facts || facts->st_ino != there.st_ino || facts->st_dev != there.st_dev) return {};
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("{}: {} is one of the files to be read", output.option, output.path)};
}

Result<> differs_from_set(const Output& output, const Facts& there,
                          const std::vector<dataset::FileSummary>& files) {
  const auto size = static_cast<uint64_t>(there.st_size);
  const int64_t mtime_ns = io::mtime_ns_of(there);
  std::string_view tarball;  // of the previous file
  for (const dataset::FileSummary& file : files) {
    if (!file.tarball.empty()) {
      if (file.tarball != tarball) TRY_VOID(differs(output, there, file.tarball));
      tarball = file.tarball;
    } else if (file.file_size_bytes == size && file.mtime_ns == mtime_ns) {
      // With another size or time it is another file, which saves a system call for most.
      TRY_VOID(differs(output, there, file.path));
    }
  }
  return {};
}

}  // namespace

Result<> refuse_to_overwrite(const Outputs& outputs, const std::vector<std::string>& inputs) {
  for (const Output& output : outputs) {
    const std::optional<Facts> there = regular_file(output.path);
    if (!there) continue;
    for (const std::string& input : inputs) TRY_VOID(differs(output, *there, input));
  }
  return {};
}

Result<> refuse_to_overwrite_set(const Outputs& outputs,
                                 const std::vector<dataset::FileSummary>& files) {
  for (const Output& output : outputs) {
    if (const std::optional<Facts> there = regular_file(output.path))
      TRY_VOID(differs_from_set(output, *there, files));
  }
  return {};
}

}  // namespace gophercap::jobs
