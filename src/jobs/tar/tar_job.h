// `gophercap tarExtract`: one pass over a tarball, chosen members go to a folder or into a list.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "archive/extract/extractor.h"
#include "archive/tar/tar_reader.h"
#include "base/result.h"
#include "base/time.h"
#include "dataset/scan/file_summary.h"
#include "io/open.h"
#include "jobs/memory_limit.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

struct TarOptions {
  std::string tarball;    // "-" = standard input
  std::string out_dir{};  // empty: nothing is written
  std::string regexp{};   // RE2, anywhere in a member's path; empty = all
  archive::ExtractOptions extract{};
  std::string map_path{};  // of the dump of what is written; empty: none, "-": standard output
  MemoryLimit memory{};
  // Told of each member that matches, before it is extracted. An error ends the run.
  std::function<Result<>(const archive::Member&)> on_member{};
};

// Where the tarball broke; what stands before was used.
struct TarDamage {
  uint64_t file_bytes = 0;     // of the tarball, read up to here at most
  uint64_t archive_bytes = 0;  // of the plain archive, read up to here
  std::string member;          // that is incomplete; empty: between two
  Errc code = Errc::kTruncated;
  std::string reason;

  // The system did not let it be read further.
  bool refused() const noexcept { return capture::is_refusal(code); }
};

struct TarResult {
  uint64_t members = 0;   // seen
  uint64_t matching = 0;  // chosen by the regular expression; folders count where there is none
  uint64_t matching_bytes = 0;  // their sizes
  archive::ExtractCounts counts;
  io::Compression compression = io::Compression::kNone;
  std::optional<TarDamage> damage;
  archive::TarLosses losses;  // damaged places that the pass went on behind
  uint64_t doubtful = 0;      // members whose headers are damaged, chosen or not
  bool interrupted = false;
  std::optional<dataset::DatasetSummary> map;  // the dump that was written
  uint64_t stored_bytes = 0;
  uint64_t plain_bytes = 0;
  Nanos elapsed{0};
};

// Fails where the tarball can't be opened or is none, nothing of it is readable, or the output
// can't be written. Damage behind a whole member does not fail it.
Result<TarResult> run_tar_extract(const TarOptions& options, Reporter& reporter,
                                  std::stop_token stop);

}  // namespace gophercap::jobs
