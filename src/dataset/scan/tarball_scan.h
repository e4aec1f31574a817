// One pass over a tarball: the captures in it, summarized, and its index.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "archive/index/archive_index.h"
#include "archive/tar/member_path.h"
#include "archive/tar/tar_reader.h"
#include "base/result.h"
#include "dataset/find/name_choice.h"
#include "dataset/scan/file_summary.h"
#include "dataset/scan/scan.h"

namespace gophercap::dataset {

struct TarballScan {
  std::vector<FileSummary> files;  // ordered by path bytes
  uint64_t members = 0;            // seen
  // Chosen links to files that were not chosen: to be scanned by the index.
  std::vector<std::string> unscanned;
  uint64_t left_out = 0;  // would be chosen, but can't be: their path, what they contradict
  std::array<uint64_t, archive::kRefusals> refused{};  // of these, whose path can't be used
  uint64_t absolute = 0;                               // paths that lost a slash in front
  // Damaged places that the pass went on behind; and members, chosen or not, whose headers are
  // damaged, so that they may be others than they seem.
  archive::TarLosses losses;
  uint64_t doubtful = 0;
  std::string first_doubt;  // "NAME: REASON" of one that is not among `files`
  // Where the tarball broke (in its plain bytes), after which nothing is known.
  std::optional<capture::Damage> damage;
  bool interrupted = false;
};

// Members get the paths that they would be extracted to, as member_path() writes them: without
// "./", and numbered where two share one or a file has that of a folder. A link to a chosen member
// stands for it. All files go into the index, chosen or not. Fails where the tarball can't be
// opened or is none, and where the index can't be written; no index is made where `index_path` is
// empty. `pool`: helpers for decompressing.
Result<TarballScan> scan_tarball(const std::string& path, const NameChoice& choice,
                                 const std::string& index_path, ScanProgress& progress,
                                 std::stop_token stop, io::DecodePool* pool = nullptr);

// Standard input, which is a capture or a tarball of captures.
Result<TarballScan> scan_standard_input(const NameChoice& choice, ScanProgress& progress,
                                        std::stop_token stop, io::DecodePool* pool = nullptr);

}  // namespace gophercap::dataset
