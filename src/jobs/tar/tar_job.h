// `gophercap tarExtract`: one pass over a tarball that extracts or lists selected members.
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
  std::string tarball;    // "-": standard input
  std::string out_dir{};  // empty: nothing is written
  std::string regexp{};   // RE2, matched anywhere in a member's path; empty: all
  archive::ExtractOptions extract{};
  std::string map_path{};  // path of the dump of the extracted files; empty: none, "-": standard
                           // output
  MemoryLimit memory{};
  // Called for each matching member before it is extracted. An error ends the run.
  std::function<Result<>(const archive::Member&)> on_member{};
};

// Where the tarball breaks off; what comes before was used.
struct TarDamage {
  uint64_t file_bytes = 0;     // of the tarball file, read at most up to here
  uint64_t archive_bytes = 0;  // of the decompressed archive, read up to here
  std::string member;          // the incomplete member; empty: between two members
  Errc code = Errc::kTruncated;
  std::string reason;

  // True if the system prevented further reading.
  bool refused() const noexcept { return capture::is_refusal(code); }
};

struct TarResult {
  uint64_t members = 0;   // seen
  uint64_t matching = 0;  // selected by the regular expression; without one, folders count too
  uint64_t matching_bytes = 0;  // sum of their sizes
  archive::ExtractCounts counts;
  io::Compression compression = io::Compression::kNone;
  std::optional<TarDamage> damage;
  archive::TarLosses losses;  // damaged places that were skipped
  uint64_t doubtful = 0;      // members with damaged headers, selected or not
  bool interrupted = false;
  std::optional<dataset::DatasetSummary> map;  // the dump that was written
  uint64_t stored_bytes = 0;
  uint64_t plain_bytes = 0;
  Nanos elapsed{0};
};

// Fails if the tarball cannot be opened or is not one, if nothing of it is readable, or if the
// output cannot be written. Damage after a complete member is not a failure.
Result<TarResult> run_tar_extract(const TarOptions& options, Reporter& reporter,
                                  std::stop_token stop);

}  // namespace gophercap::jobs
