#include "jobs/map/extract_map.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <utility>

#include "dataset/dump/dump.h"
#include "dataset/find/name_choice.h"
#include "dataset/scan/scan.h"
#include "io/open.h"

namespace gophercap::jobs {
ExtractMap::ExtractMap(std::string out_dir, io::Compression compression, io::DecodePool& pool,
                       std::stop_token stop)
    : compression_(compression), place_(std::move(out_dir)), scan_(&pool, std::move(stop)) {
  if (!place_.ends_with('/')) place_ += '/';
}

Result<> ExtractMap::begin() {
  made_.clear();
  return scan_.begin();
}

void ExtractMap::made(std::string_view path, bool written) {
  if (!dataset::is_capture_name(path)) return;
  made_ = place_ + std::string(path);
  written_ = written;
}

Result<> ExtractMap::end(const archive::Member& member) {
  if (made_.empty() || !written_) {
    scan_.abandon();
    if (!made_.empty()) elsewhere_.push_back(std::move(made_));
    return {};
  }
  dataset::FileSummary summary = scan_.finish(member.size_bytes);
  TRY_VOID(capture::check_memory(summary.damage, made_));
  struct stat facts {};
  if (::stat(made_.c_str(), &facts) != 0) {
    elsewhere_.push_back(std::move(made_));
    return {};
  }
  summary.path = std::move(made_);
  if (summary.compression == io::Compression::kNone) summary.compression = compression_;
  summary.file_size_bytes = static_cast<uint64_t>(facts.st_size);
  summary.mtime_ns = io::mtime_ns_of(facts);
  set_.files.push_back(std::move(summary));
  return {};
}

Result<> ExtractMap::write(io::AtomicFile dump, const Outputs& outputs, unsigned workers,
                           const std::stop_token& stop) {
  // Like map: a dangling link is reported, a link to a folder is not a file of the set.
  std::erase_if(elsewhere_, [this](const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) == 0) return !S_ISREG(facts.st_mode);
    set_.files.push_back(dataset::unreadable(path, errno_error(errno, path)));
    return true;
  });
  dataset::ScanProgress progress;
  std::vector<dataset::FileSummary> more = dataset::scan_files(elsewhere_, workers, progress, stop);
  if (stop.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
  TRY_VOID(progress.result());
  std::move(more.begin(), more.end(), std::back_inserter(set_.files));
  std::sort(set_.files.begin(), set_.files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  dataset::summarize(set_);
  TRY_VOID(refuse_to_overwrite_set(outputs, set_.files));
  return dataset::write_dump(set_, std::move(dump));
}

}  // namespace gophercap::jobs
