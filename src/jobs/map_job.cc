#include "jobs/map_job.h"

#include <utility>

#include "dataset/dump.h"
#include "jobs/map_set.h"

namespace gophercap::jobs {

Result<MapResult> run_map(const MapOptions& options, Reporter& reporter, std::stop_token stop) {
  const SendTime begun = SendClock::now();
  MapResult result;
  TRY(dataset::Discovery found, dataset::discover(options.selection));
  result.problems = std::move(found.problems);
  if (found.paths.empty() && found.tarballs.empty()) {
    return Error{Errc::kNotFound, 0, "no capture files found"};
  }
  const unsigned workers = worker_count(options.workers);
  Tarballs tarballs(options.dump_path, workers, reporter, stop);
  Result<std::vector<dataset::FileSummary>> files =
      scan_found(found, options.selection, workers, tarballs, reporter, stop);
  if (!files) return files.error();
  result.interrupted = stop.stop_requested();
  if (files->empty() && !result.interrupted)
    return Error{Errc::kNotFound, 0, "no capture files found"};
  result.set.files = *std::move(files);
  // Of an interrupted run only what was read to its end is told.
  std::erase_if(result.set.files, [](const dataset::FileSummary& file) {
    return file.damage && file.damage->code == Errc::kCancelled;
  });
  for (Error& problem : tarballs.take_problems()) result.problems.push_back(std::move(problem));
  dataset::summarize(result.set);
  for (const dataset::FileSummary& file : result.set.files)
    result.stored_bytes += file.file_size_bytes;
  if (!result.interrupted && !options.dump_path.empty()) {
    TRY_VOID(dataset::write_dump(result.set, options.dump_path));
  }
  result.elapsed = SendClock::now() - begun;
  return result;
}

}  // namespace gophercap::jobs
