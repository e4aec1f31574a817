// Which set a job works on.
#pragma once

#include <string>
#include <vector>

#include "dataset/dump/relocate.h"
#include "io/file/open_file.h"
#include "jobs/outputs.h"

namespace gophercap::jobs {

struct SetOptions {
  std::vector<std::string> paths;  // if given, these are mapped first; otherwise dump_path is read
  std::string dump_path;
  std::string file_regexp;                           // empty: every file
  std::vector<dataset::PrefixChange> path_prefixes;  // for a dump whose files were moved
  int workers = 0;                                   // for mapping; < 1: number of CPUs
  Outputs outputs{};                                 // none of them may be a file of the set
  io::Owners owners = io::Owners::kTrusted;          // whose dumps, reports and indexes are trusted

  // The dump that the set is read from; empty if paths are mapped.
  std::string dump() const { return paths.empty() ? dump_path : std::string(); }
};

}  // namespace gophercap::jobs
