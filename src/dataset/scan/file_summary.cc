#include "dataset/scan/file_summary.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "dataset/find/member_path.h"

namespace gophercap::dataset {
namespace {

// Returns the largest number of closed intervals that share an instant. If one ends when another
// begins, both contain that instant.
uint64_t overlap_depth(std::vector<CaptureTime> begins, std::vector<CaptureTime> ends) {
  std::sort(begins.begin(), begins.end());
  std::sort(ends.begin(), ends.end());
  uint64_t most = 0;
  size_t ended = 0;
  for (size_t begun = 0; begun < begins.size(); ++begun) {
    while (ends[ended] < begins[begun]) ++ended;
    most = std::max<uint64_t>(most, begun + 1 - ended);
  }
  return most;
}

}  // namespace

uint64_t DatasetSummary::packets() const noexcept {
  return std::accumulate(files.begin(), files.end(), uint64_t{0},
                         [](uint64_t sum, const FileSummary& f) { return sum + f.packets; });
}

uint64_t DatasetSummary::captured_bytes() const noexcept {
  return std::accumulate(files.begin(), files.end(), uint64_t{0},
                         [](uint64_t sum, const FileSummary& f) { return sum + f.captured_bytes; });
}

uint64_t DatasetSummary::damaged_files() const noexcept {
  return static_cast<uint64_t>(std::count_if(files.begin(), files.end(), [](const FileSummary& f) {
    return f.damage && !f.damage->refused();
  }));
}

uint64_t DatasetSummary::unread_files() const noexcept {
  return static_cast<uint64_t>(std::count_if(files.begin(), files.end(), [](const FileSummary& f) {
    return f.damage && f.damage->refused();
  }));
}

std::optional<uint32_t> FileSummary::reserved_link_type() const noexcept {
  constexpr uint32_t kLargest = 0xffff;
  for (const LinkTypeCount& l : link_types) {
    if (l.packets > 0 && l.link_type > kLargest) return l.link_type;
  }
  return std::nullopt;
}

std::string_view FileSummary::member() const noexcept {
  return std::string_view(path).substr(tarball.size() + kBetweenPaths.size());
}

FileSummary unreadable(const std::string& path, const Error& error) {
  FileSummary summary;
  summary.path = path;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) {
    summary.file_size_bytes = static_cast<uint64_t>(facts.st_size);
    summary.mtime_ns = io::mtime_ns_of(facts);
  }
  summary.damage = capture::unopened(path, error);
  return summary;
}

void summarize(DatasetSummary& set) {
  std::vector<CaptureTime> begins;
  std::vector<CaptureTime> ends;
  for (const FileSummary& file : set.files) {
    if (!file.min || !file.max) continue;
    begins.push_back(*file.min);
    ends.push_back(std::max(*file.min, *file.max));  // a dump may contain any values
  }
  set.beginning.reset();
  set.end.reset();
  if (!begins.empty()) {
    set.beginning = *std::min_element(begins.begin(), begins.end());
    set.end = *std::max_element(ends.begin(), ends.end());
  }
  set.overlap_depth = overlap_depth(std::move(begins), std::move(ends));
}

}  // namespace gophercap::dataset
