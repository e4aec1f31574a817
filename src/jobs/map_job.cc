#include "jobs/map_job.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/worker_pool.h"
#include "dataset/dump.h"
#include "jobs/map_set.h"

namespace gophercap::jobs {
namespace {

uint64_t stored_bytes(const std::vector<std::string>& paths) {
  uint64_t total = 0;
  for (const std::string& path : paths) {
    struct stat st {};
    if (::stat(path.c_str(), &st) == 0 && st.st_size > 0)
      total += static_cast<uint64_t>(st.st_size);
  }
  return total;
}

}  // namespace

unsigned worker_count(int wanted) {
  return wanted < 1 ? cpu_count() : static_cast<unsigned>(wanted);
}

std::vector<dataset::FileSummary> scan_reporting(const std::vector<std::string>& paths,
                                                 unsigned workers, Reporter& reporter,
                                                 std::stop_token stop) {
  constexpr Nanos kReportEvery = std::chrono::milliseconds(100);
  dataset::ScanProgress progress;
  const uint64_t bytes_total = stored_bytes(paths);
  Mutex mutex;
  CondVar done;
  bool scanning = true;
  std::jthread watcher([&] {
    mutex.lock();
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
    mutex.unlock();
  });
  std::vector<dataset::FileSummary> files =
      dataset::scan_files(paths, workers, progress, std::move(stop));
  {
    const MutexLock lock(mutex);
    scanning = false;
  }
  done.notify_all();
  watcher.join();
  return files;
}

Result<MapResult> run_map(const MapOptions& options, Reporter& reporter, std::stop_token stop) {
  const SendTime begun = SendClock::now();
  MapResult result;
  TRY(dataset::Discovery found, dataset::discover(options.selection));
  result.problems = std::move(found.problems);
  if (found.paths.empty()) {
    return Error{Errc::kNotFound, 0, "no capture files found"};
  }
  result.set.files = scan_reporting(found.paths, worker_count(options.workers), reporter, stop);
  dataset::summarize(result.set);
  for (const dataset::FileSummary& file : result.set.files)
    result.stored_bytes += file.file_size_bytes;
  result.interrupted = stop.stop_requested();
  if (!result.interrupted && !options.dump_path.empty()) {
    TRY_VOID(dataset::write_dump(result.set, options.dump_path));
  }
  result.elapsed = SendClock::now() - begun;
  return result;
}

}  // namespace gophercap::jobs
