// The JSON dump of a dataset: what `map` writes and `replay` reads. Format: docs/formats/dump.md.
// Compatible both ways with the original tool's dump (SPEC: every key of the original with its
// type, no zero time).
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

// The same set makes the same bytes.
std::string dump_to_json(const DatasetSummary& set);

struct Dump {
  DatasetSummary set;
  // False: written by the original tool (no version key). Then only the paths mean anything: its
  // counts and times are known to be wrong (first packet not counted, last instead of
  // largest time), so map the files again.
  bool ours = false;
};

// Hostile input is expected. Errors: kCorrupt (not JSON, wrong types; says where), kUnsupported (a
// newer version).
Result<Dump> dump_from_json(std::string_view json);
// kCancelled once `stop` is asked for, also while a FIFO brings nothing. `owners`: see
// io::open_file().
Result<Dump> read_dump(const std::string& path, const std::stop_token& stop = {},
                       io::Owners owners = io::Owners::kTrusted);

// Atomic and synced (SPEC 5). "-" = standard output. `stop`: see io::AtomicFile::create().
Result<> write_dump(const DatasetSummary& set, const std::string& path, std::stop_token stop = {});
// Writes and commits it.
Result<> write_dump(const DatasetSummary& set, io::AtomicFile file);

// True if the file still has the size and mtime that the summary was made with, or what could not
// be used is still no file.
bool still_valid(const FileSummary& file);

}  // namespace gophercap::dataset
