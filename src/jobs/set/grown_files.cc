#include "jobs/set/grown_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/worker_pool.h"
#include "dataset/scan/mapped_part.h"
#include "io/open.h"

namespace gophercap::jobs {
namespace {

using dataset::FileSummary;
using Facts = struct stat;

// Returns the facts of the file at that path if it is larger than the one that was mapped.
std::optional<Facts> larger_file(const FileSummary& file) {
  Facts facts{};
  if (!file.tarball.empty() || ::stat(file.path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
      static_cast<uint64_t>(facts.st_size) <= file.file_size_bytes) {
    return std::nullopt;
  }
  return facts;
}

bool is_cut(const FileSummary& file) {
  return file.damage && file.damage->code == Errc::kTruncated;
}

void take_as_grown(FileSummary& file, const Facts& facts) {
  file.file_size_bytes = static_cast<uint64_t>(facts.st_size);
  file.mtime_ns = io::mtime_ns_of(facts);
  if (!is_cut(file)) return;
  // The record that was cut off when the file was mapped is complete by now, but not part of the
  // set.
  file.plain_bytes = file.damage->offset_bytes;
  file.damage.reset();
}

void tell(uint64_t grown, const std::string& first, Reporter& reporter) {
  if (grown == 1) {
    reporter.info(
        fmt::format("{} has grown since it was mapped; only what was mapped is used", first));
  } else if (grown > 1) {
    reporter.info(fmt::format(
        "{} files have grown since they were mapped, the first is {}; only what was mapped is used",
        grown, first));
  }
}

}  // namespace

std::vector<size_t> settle_grown(std::vector<FileSummary>& files, std::span<const size_t> changed,
                                 unsigned workers, Reporter& reporter,
                                 const std::stop_token& stop) {
  std::vector<uint8_t> settled(changed.size());
  parallel_for(changed.size(), workers, [&](size_t i) {
    FileSummary& file = files[changed[i]];
    const std::optional<Facts> facts = larger_file(file);
    if (!facts || stop.stop_requested()) return;
    if (!dataset::still_begins_with(dataset::mapped_part(file), file.path, stop)) return;
    take_as_grown(file, *facts);
    settled[i] = 1;
  });
  std::vector<size_t> others;
  uint64_t grown = 0;
  const std::string* first = nullptr;
  for (size_t i = 0; i < changed.size(); ++i) {
    if (settled[i] == 0) {
      others.push_back(changed[i]);
    } else if (grown++ == 0) {
      first = &files[changed[i]].path;
    }
  }
  if (first != nullptr) tell(grown, *first, reporter);
  return others;
}

}  // namespace gophercap::jobs
