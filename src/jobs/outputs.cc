#include "jobs/outputs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdint>
#include <optional>

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

Result<> differs(std::string_view option, const std::string& path, const Facts& output,
                 const std::string& input) {
  const std::optional<Facts> facts = regular_file(input);
  if (!facts || facts->st_ino != output.st_ino || facts->st_dev != output.st_dev) return {};
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("{}: {} is one of the files to be read", option, path)};
}

}  // namespace

Result<> keep_inputs(std::string_view option, const std::string& path,
                     const std::vector<std::string>& inputs) {
  const std::optional<Facts> output = regular_file(path);
  if (!output) return {};
  for (const std::string& input : inputs) TRY_VOID(differs(option, path, *output, input));
  return {};
}

Result<> keep_set(std::string_view option, const std::string& path,
                  const std::vector<dataset::FileSummary>& files) {
  const std::optional<Facts> output = regular_file(path);
  if (!output) return {};
  const auto size = static_cast<uint64_t>(output->st_size);
  const int64_t mtime_ns = io::mtime_ns_of(*output);
  std::string tarball;  // of the previous file
  for (const dataset::FileSummary& file : files) {
    if (!file.tarball.empty()) {
      if (file.tarball != tarball) TRY_VOID(differs(option, path, *output, file.tarball));
      tarball = file.tarball;
    } else if (file.file_size_bytes == size && file.mtime_ns == mtime_ns) {  // otherwise it is
                                                                             // another file
      TRY_VOID(differs(option, path, *output, file.path));
    }
  }
  return {};
}

}  // namespace gophercap::jobs
