#include "jobs/map/map_set.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/mutex.h"
#include "base/thread_group.h"
#include "base/worker_pool.h"
#include "dataset/find/member_path.h"
#include "dataset/find/name_choice.h"
#include "dataset/scan/tarball_scan.h"
#include "io/parallel/decode_pool.h"

namespace gophercap::jobs {
namespace {

using dataset::FileSummary;

uint64_t stored_bytes(const std::vector<std::string>& paths) {
  uint64_t total = 0;
  for (const std::string& path : paths) {
    struct stat st {};
    if (::stat(path.c_str(), &st) == 0 && st.st_size > 0)
      total += static_cast<uint64_t>(st.st_size);
  }
  return total;
}

bool is_regular(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode);
}

// Returns the tarball of a path that was found, or nothing for a file. A path that exists under its
// whole name is a file, so only other paths are examined.
std::optional<std::string> tarball_of(const std::string& path) {
  if (path.find("!/") == std::string::npos || is_regular(path)) return std::nullopt;
  std::optional<dataset::MemberPath> parts = dataset::split_member_path(path, is_regular);
  if (!parts) return std::nullopt;
  return std::move(parts->tarball);
}

// True if the tarball causes the error, and not the place for its index.
bool is_of_the_input(const Error& error) {
  return error.code == Errc::kCorrupt || error.code == Errc::kTruncated ||
         error.code == Errc::kUnsupported || error.code == Errc::kMemoryBound ||
         error.code == Errc::kNotFound;
}

class SetScan {
 public:
  SetScan(const dataset::Discovery& found, const dataset::NameChoice& choice, unsigned workers,
          Tarballs& tarballs, const std::stop_token& stop)
      : found_(found), choice_(choice), workers_(workers), tarballs_(tarballs), stop_(stop) {}

  Result<> run(dataset::ScanProgress& progress) {
    Result<> scanned = scan_all(progress);
    if (!scanned && scanned.error().code == Errc::kCancelled) return {};
    return scanned;
  }

  std::vector<FileSummary> take_files() {
    std::sort(files_.begin(), files_.end(),
              [](const FileSummary& a, const FileSummary& b) { return a.path < b.path; });
    // A member may be given together with its tarball.
    files_.erase(
        std::unique(files_.begin(), files_.end(),
                    [](const FileSummary& a, const FileSummary& b) { return a.path == b.path; }),
        files_.end());
    return std::move(files_);
  }

 private:
  Result<> scan_all(dataset::ScanProgress& progress) {
    for (const dataset::Unreadable& problem : found_.problems)
      append({dataset::unreadable(problem.path, problem.error)});
    TRY_VOID(scan_files(progress));
    for (const std::string& tarball : found_.tarballs) {
      Result<std::vector<FileSummary>> files = tarballs_.map(tarball, choice_, progress);
      if (files) {
        append(*std::move(files));
      } else if (is_of_the_input(files.error())) {
        append({dataset::unreadable(tarball, files.error())});
      } else {
        return files.error();
      }
    }
    return {};
  }

  void append(std::vector<FileSummary> files) {
    files_.insert(files_.end(), std::make_move_iterator(files.begin()),
                  std::make_move_iterator(files.end()));
  }

  Result<> scan_files(dataset::ScanProgress& progress) {
    std::vector<std::string> paths;
    for (const std::string& path : found_.paths) {
      if (path == "-") {
        io::DecodePool pool(io::DecodePool::spare(workers_, 1));
        Result<dataset::TarballScan> scan =
            dataset::scan_standard_input(choice_, progress, stop_, &pool);
        if (!scan && is_of_the_input(scan.error())) {
          append({dataset::unreadable(path, scan.error())});
        } else if (!scan) {
          return scan.error();
        } else {
          append(std::move(scan->files));
          if (std::optional<FileSummary> entry = own_entry(path, *scan)) {
            tarballs_.add_problems("standard input", *scan, *entry);
            append({*std::move(entry)});
          }
        }
        continue;
      }
      if (const std::optional<std::string> tarball = tarball_of(path)) {
        const Result<> indexed = tarballs_.add_index(*tarball, progress);
        if (!indexed && is_of_the_input(indexed.error())) {
          append({dataset::unreadable(path, indexed.error())});
          continue;
        }
        if (!indexed) return indexed.error();
      }
      paths.push_back(path);
    }
    std::vector<FileSummary> files =
        dataset::scan_files(paths, workers_, progress, stop_, tarballs_.store().get());
    for (FileSummary& file : files) {
      if (const std::optional<std::string> tarball = tarball_of(file.path)) file.tarball = *tarball;
    }
    TRY_VOID(look_again(files, progress));
    append(std::move(files));
    return {};
  }

  // Checks members again that are damaged according to the index.
  Result<> look_again(std::vector<FileSummary>& files, dataset::ScanProgress& progress) {
    if (progress.refused() || stop_.stop_requested()) return {};
    std::map<std::string, std::unordered_set<std::string>> damaged;  // keyed by tarball
    const capture::Damage* first = nullptr;
    for (const FileSummary& file : files) {
      // The list of members in the index has been verified already.
      const bool doubtful = file.damage && file.damage->code != Errc::kNotFound &&
                            !file.tarball.empty() &&
                            tarballs_.store()->index_of(file.tarball) != nullptr;
      if (!doubtful) continue;
      damaged[file.tarball].insert(file.path);
      if (first == nullptr) first = &*file.damage;
    }
    if (first == nullptr) return {};
    const Error why = first->error();  // a copy, since `files` changes below
    for (const auto& [tarball, its_paths] : damaged) {
      const std::unordered_set<std::string>& paths = its_paths;
      TRY(std::optional<std::vector<FileSummary>> fresh,
          tarballs_.map_again(tarball, paths, why, progress));
      if (!fresh) continue;
      std::erase_if(files, [&](const FileSummary& file) { return paths.contains(file.path); });
      append(*std::move(fresh));
    }
    return {};
  }

  const dataset::Discovery& found_;
  const dataset::NameChoice& choice_;
  const unsigned workers_;
  Tarballs& tarballs_;
  const std::stop_token& stop_;
  std::vector<FileSummary> files_;
};

}  // namespace

unsigned worker_count(int wanted) {
  return wanted < 1 ? cpu_count() : static_cast<unsigned>(wanted);
}

Error nothing_found(const dataset::Selection& selection) {
  const std::vector<std::string>& paths = selection.paths;
  std::string what = paths.size() == 1 ? paths.front() : fmt::format("{} paths", paths.size());
  what += ": no capture files found";
  std::vector<std::string> suffixes = selection.suffixes;
  std::erase(suffixes, "");
  if (!suffixes.empty()) what += fmt::format(" with --file-suffix {}", fmt::join(suffixes, " or "));
  if (!selection.regexp.empty())
    what += fmt::format(" {} --file-regexp {}", suffixes.empty() ? "that match" : "and matched by",
                        selection.regexp);
  return {Errc::kNotFound, 0, std::move(what)};
}

std::string words_of_passed_over(const dataset::Discovery& found, std::string_view cure) {
  const dataset::PassedOver& passed = found.passed_over;
  if (passed.captures == 0) return {};
  if (passed.captures == 1 && passed.looked_at == passed.files)
    return fmt::format("1 capture was passed over because of its name: {}; {}", passed.first, cure);
  const std::string_view at_least = passed.looked_at < passed.files ? "at least " : "";
  return fmt::format("{}{} captures were passed over because of their names, the first is {}; {}",
                     at_least, passed.captures, passed.first, cure);
}

void warn_of_passed_over(const dataset::Discovery& found, std::string_view cure,
                         Reporter& reporter) {
  const std::string words = words_of_passed_over(found, cure);
  if (!words.empty()) reporter.warning(words);
}

Result<> scan_reporting(const std::vector<std::string>& paths, Reporter& reporter,
                        const std::function<void(dataset::ScanProgress&)>& scan) {
  constexpr Nanos kReportEvery = std::chrono::milliseconds(100);
  dataset::ScanProgress progress;
  const uint64_t bytes_total = stored_bytes(paths);
  Mutex mutex;
  CondVar done;
  bool scanning = true;
  ThreadGroup watcher([&] {
    {
      const MutexLock lock(mutex);
      scanning = false;
    }
    done.notify_all();
  });
  // Without this thread progress is not shown, but the scan is the same.
  watcher.start_up_to(1, [&](size_t) {
    const MutexLock lock(mutex);
    while (scanning) {
      done.wait_for(mutex, kReportEvery);
      if (!scanning) break;
      reporter.progress(
          MapProgress{.files_done = progress.files_done.load(std::memory_order_relaxed),
                      .files_total = paths.size(),
                      .bytes_done = progress.bytes_done.load(std::memory_order_relaxed),
                      .bytes_total = bytes_total,
                      .packets = progress.packets.load(std::memory_order_relaxed)});
    }
  });
  scan(progress);
  watcher.end();
  TRY_VOID(watcher.result());
  return progress.result();
}

Result<std::vector<FileSummary>> scan_found(const dataset::Discovery& found,
                                            const dataset::Selection& selection, unsigned workers,
                                            Tarballs& tarballs, Reporter& reporter,
                                            const std::stop_token& stop) {
  TRY(const dataset::NameChoice choice,
      dataset::NameChoice::make(selection.suffixes, selection.regexp));
  std::vector<std::string> paths = found.paths;
  paths.insert(paths.end(), found.tarballs.begin(), found.tarballs.end());
  SetScan scan(found, choice, workers, tarballs, stop);
  Result<> scanned;
  TRY_VOID(scan_reporting(paths, reporter,
                          [&](dataset::ScanProgress& progress) { scanned = scan.run(progress); }));
  if (!scanned) return scanned.error();
  return scan.take_files();
}

}  // namespace gophercap::jobs
