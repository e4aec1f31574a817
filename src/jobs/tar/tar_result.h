// The result of tarExtract, and its JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "archive/extract/extractor.h"
#include "archive/tar/tar_member.h"
#include "archive/tar/tar_reader.h"
#include "base/result.h"
#include "base/time.h"
#include "capture/capture_reader.h"
#include "dataset/scan/file_summary.h"
#include "io/open.h"

namespace gophercap::jobs {

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

std::string tar_to_json(const TarResult& result);

// Writes the JSON of a dry run piece by piece, so a list of millions of members takes no memory.
class MemberListJson {
 public:
  // The text that adds a member to the document.
  std::string add(const archive::Member& member);
  // The text that ends the document.
  std::string finish(const TarResult& result);

 private:
  bool begun_ = false;
};

}  // namespace gophercap::jobs
