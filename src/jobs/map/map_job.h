// `gophercap map`: finds captures, reads each one once, writes the dump.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/find/discover.h"
#include "dataset/scan/file_summary.h"
#include "io/file/open_file.h"
#include "jobs/memory_limit.h"
#include "jobs/outputs.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

struct MapOptions {
  dataset::Selection selection;
  int workers = 0;                           // < 1: number of CPUs
  std::string dump_path;                     // empty: no dump; "-": stdout
  Outputs outputs{};                         // none of them may be a file to be mapped
  io::Owners owners = io::Owners::kTrusted;  // whose indexes are trusted
  MemoryLimit memory{};
};

struct MapResult {
  dataset::DatasetSummary set;
  bool interrupted = false;  // a stop was requested; the dump was not written
  Nanos elapsed{0};
  uint64_t stored_bytes = 0;
};

// Fails if nothing could be mapped (kNotFound: no file was found) or the dump could not be written.
// Damaged files are not a failure, and for a set without packets a dump is written too.
Result<MapResult> run_map(const MapOptions& options, Reporter& reporter, std::stop_token stop);

}  // namespace gophercap::jobs
