#include "jobs/map/map_job.h"

#include <optional>
#include <utility>

#include "base/shortage.h"
#include "confine/confine.h"
#include "dataset/dump/dump.h"
#include "io/file/atomic_file.h"
#include "jobs/confinement.h"
#include "jobs/map/map_set.h"

namespace gophercap::jobs {

namespace {

Result<MapResult> map_all(const MapOptions& options, Reporter& reporter, std::stop_token stop) {
  const SendTime begun = SendClock::now();
  options.memory.set();
  MapResult result;
  TRY(const dataset::Discovery found, dataset::discover(options.selection, stop));
  for (const dataset::Unreadable& problem : found.problems) reporter.warning(problem.error.what);
  if (found.paths.empty() && found.tarballs.empty()) {
    warn_of_passed_over(found, kTakeEveryFile, reporter);
    return nothing_found(options.selection);
  }
  TRY_VOID(refuse_to_overwrite(options.outputs, options.selection.paths));
  TRY_VOID(refuse_to_overwrite(options.outputs, found.tarballs));
  std::optional<io::AtomicFile> dump;
  if (!options.dump_path.empty()) {
    TRY(dump, io::AtomicFile::prepare(options.dump_path, io::Sync::kYes, stop));
  }
  confine::Files files_needed{.outputs = {options.dump_path}};
  add_found(found, options.dump_path, files_needed);
  confine::confine_job({.calls = confine::Calls::kFiles, .files = std::move(files_needed)});
  const unsigned workers = worker_count(options.workers);
  Tarballs tarballs(options.dump_path, workers, reporter, stop, options.owners);
  Result<std::vector<dataset::FileSummary>> files =
      scan_found(found, options.selection, workers, tarballs, reporter, stop);
  if (!files) return files.error();
  result.interrupted = stop.stop_requested();
  for (const Error& problem : tarballs.take_problems()) reporter.warning(problem.what);
  if (files->empty() && !result.interrupted) return nothing_found(options.selection);
  result.set.files = *std::move(files);
  // After an interruption, only files that were read to their end are reported.
  std::erase_if(result.set.files, [](const dataset::FileSummary& file) {
    return file.damage && file.damage->code == Errc::kCancelled;
  });
  dataset::summarize(result.set);
  for (const dataset::FileSummary& file : result.set.files)
    result.stored_bytes += file.file_size_bytes;
  if (!result.interrupted && dump) {
    TRY_VOID(refuse_to_overwrite_set(options.outputs, result.set.files));
    TRY_VOID(dataset::write_dump(result.set, *std::move(dump)));
  }
  warn_of_passed_over(found, kTakeEveryFile, reporter);
  result.elapsed = SendClock::now() - begun;
  return result;
}

}  // namespace

Result<MapResult> run_map(const MapOptions& options, Reporter& reporter, std::stop_token stop) {
  return or_out_of_memory("map", [&] { return map_all(options, reporter, std::move(stop)); });
}

}  // namespace gophercap::jobs
