#include "jobs/set/set_notes.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <vector>

#include "dataset/find/same_capture.h"

namespace gophercap::jobs {
namespace {

using dataset::FileSummary;

std::string counted(uint64_t n, std::string_view singular) {
  return fmt::format("{} {}{}", n, singular, n == 1 ? "" : "s");
}

// The file on disk that holds an entry: the capture, or the tarball that contains it.
const std::string& container_of(const FileSummary& file) {
  return file.tarball.empty() ? file.path : file.tarball;
}

bool is_gone(const std::string& path) {
  struct stat facts {};
  return path != "-" && ::stat(path.c_str(), &facts) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

}  // namespace

bool is_missing(const FileSummary& file) {
  return is_gone(container_of(file));
}

Result<> check_missing(const dataset::DatasetSummary& set, const std::string& dump_path,
                       Reporter& reporter) {
  uint64_t all = 0;
  uint64_t missing = 0;
  const std::string* first = nullptr;
  const std::string* before = nullptr;  // members of the same tarball are adjacent
  for (const FileSummary& file : set.files) {
    if (file.damage && file.damage->code == Errc::kNotFound) continue;
    const std::string& path = container_of(file);
    if (before != nullptr && path == *before) continue;
    before = &path;
    ++all;
    if (!is_gone(path)) continue;
    ++missing;
    if (first == nullptr) first = &path;
  }
  if (missing == 0) return {};
  constexpr std::string_view kCure = "if they have moved: --path-prefix OLD=NEW";
  const bool one = missing == 1;
  if (missing == all) {
    return Error{Errc::kNotFound, 0,
                 one ? fmt::format("{}: its file is missing: {}; {}", dump_path, *first, kCure)
                     : fmt::format("{}: all {} files are missing, the first is {}; {}", dump_path,
                                   missing, *first, kCure)};
  }
  reporter.warning(
      one ? fmt::format("1 of {} is missing: {}; {}", counted(all, "file"), *first, kCure)
          : fmt::format("{} of {} are missing, the first is {}; {}", missing, counted(all, "file"),
                        *first, kCure));
  return {};
}

void tell_of_contents(const dataset::DatasetSummary& set, Reporter& reporter) {
  const auto joined = std::find_if(set.files.begin(), set.files.end(),
                                   [](const FileSummary& file) { return file.joined(); });
  if (joined != set.files.end()) {
    const auto files = std::count_if(set.files.begin(), set.files.end(),
                                     [](const FileSummary& file) { return file.joined(); });
    reporter.info(files == 1 ? fmt::format("{} holds {} captures one after the other; all are used",
                                           joined->path, joined->sections)
                             : fmt::format("{} files hold several captures one after the other, "
                                           "the first is {}; all are used",
                                           files, joined->path));
  }
  const std::vector<dataset::SameCapture> same = dataset::captures_under_two_names(set);
  if (same.empty()) return;
  const std::string first =
      fmt::format("{} and {}", same.front().first->path, same.front().second->path);
  reporter.warning(
      same.size() == 1
          ? fmt::format("{} hold the same packets, so each of these packets occurs twice", first)
          : fmt::format(
                "{} captures exist under two names, so their packets occur twice, the first: {}",
                same.size(), first));
}

}  // namespace gophercap::jobs
