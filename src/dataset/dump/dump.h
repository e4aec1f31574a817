// The JSON dump of a dataset, which `map` writes and `replay` reads; docs/formats/dump.md describes
// it. It is compatible with the dump of the original tool in both directions: it has every key of
// the original with its type, and never a zero time.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dataset/scan/file_summary.h"
#include "io/file/atomic_file.h"
#include "io/file/open_file.h"

namespace gophercap::dataset {

inline constexpr int kDumpVersion = 1;

// The same set gives the same bytes.
std::string dump_to_json(const DatasetSummary& set);

struct Dump {
  DatasetSummary set;
  // False if the original tool has written it (there is no version key). Then only the paths can be
  // used and the files must be mapped again: its counts and times are known to be wrong (the first
  // packet is not counted, the last time is taken for the largest).
  bool ours = false;
};

// Input may be hostile. Errors: kCorrupt (not JSON, wrong types; with the place), kUnsupported (a
// newer version).
Result<Dump> dump_from_json(std::string_view json);
// Fails with kCancelled when a stop is requested, also while waiting for a FIFO. For `owners` see
// io::open_file().
Result<Dump> read_dump(const std::string& path, const std::stop_token& stop = {},
                       io::Owners owners = io::Owners::kTrusted);

// Writes atomically and synced (SPEC 5). "-" is standard output. For `stop` see
// io::AtomicFile::create().
Result<> write_dump(const DatasetSummary& set, const std::string& path, std::stop_token stop = {});
// Writes the dump and commits the file.
Result<> write_dump(const DatasetSummary& set, io::AtomicFile file);

// Returns whether the file still has the size and modification time of the summary. For an entry
// that could not be used, whether there is still no file.
bool still_valid(const FileSummary& file);

}  // namespace gophercap::dataset
