// Scans a tarball in one pass: summarizes its captures and makes its index.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "archive/tar/member_path.h"
#include "archive/tar/tar_reader.h"
#include "base/result.h"
#include "dataset/find/name_choice.h"
#include "dataset/scan/file_summary.h"
#include "dataset/scan/scan.h"

namespace gophercap::dataset {

struct TarballScan {
  std::vector<FileSummary> files;  // ordered by path bytes
  uint64_t members = 0;            // members seen
  // Selected links to files that were not selected; they must be scanned by means of the index.
  std::vector<std::string> unscanned;
  uint64_t left_out = 0;  // selected, but unusable because of their path or because they contradict
                          // their header
  std::array<uint64_t, archive::kRefusals> refused{};  // of these, members with an unusable path,
                                                       // by reason
  uint64_t absolute = 0;                               // paths whose leading slash was removed
  // Damaged places that were skipped, and members, selected or not, with damaged headers, which may
  // not be what they seem.
  archive::TarLosses losses;
  uint64_t doubtful = 0;
  std::string first_doubt;  // "NAME: REASON" of a doubtful member that is not among `files`
  // Where the tarball breaks off, in its plain bytes. Nothing is known about the rest.
  std::optional<capture::Damage> damage;
  bool interrupted = false;
};

// Members get the paths to which they would be extracted, in the form of member_path(): without
// "./", and numbered if two are equal or a file has the path of a folder. A link to a selected
// member stands for that member. All files go into the index, selected or not. Fails if the tarball
// cannot be opened or is not one, or if the index cannot be written. No index is made if
// `index_path` is empty. `pool` has helpers for decompression.
Result<TarballScan> scan_tarball(const std::string& path, const NameChoice& choice,
                                 const std::string& index_path, ScanProgress& progress,
                                 std::stop_token stop, io::DecodePool* pool = nullptr);

// Scans standard input, which is a capture or a tarball of captures.
Result<TarballScan> scan_standard_input(const NameChoice& choice, ScanProgress& progress,
                                        std::stop_token stop, io::DecodePool* pool = nullptr);

}  // namespace gophercap::dataset
