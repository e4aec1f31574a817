#include "jobs/set/load_set.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "archive/index/checkpoint_keeper.h"
#include "base/shortage.h"
#include "confine/confine.h"
#include "dataset/dump/dump.h"
#include "dataset/find/discover.h"
#include "dataset/find/name_choice.h"
#include "dataset/find/path_pattern.h"
#include "io/open.h"
#include "jobs/confinement.h"
#include "jobs/map/map_set.h"
#include "jobs/set/grown_files.h"
#include "jobs/set/set_notes.h"

namespace gophercap::jobs {
namespace {

using dataset::DatasetSummary;
using dataset::FileSummary;

std::string counted(uint64_t n, std::string_view singular) {
  return fmt::format("{} {}{}", n, singular, n == 1 ? "" : "s");
}

Error cancelled() {
  return {Errc::kCancelled, 0, "stopped before the set was loaded"};
}

// A pipe has nothing left for a second pass. Missing files and folders are reported elsewhere.
Result<> check_can_be_reread(const std::string& path) {
  struct stat facts {};
  if (path != "-" &&
      (::stat(path.c_str(), &facts) != 0 || S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode))) {
    return {};
  }
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("'{}' can't be read twice, but the files of a set are: once to plan, "
                           "once for their packets",
                           path)};
}

// From here on captures are read, so only the set and what is needed besides it stay allowed.
void confine_to_set(confine::Needs needs, const std::function<void(confine::Files&)>& add) {
  if (!needs.files) needs.files.emplace();
  add(*needs.files);
  confine::confine_job(needs);
}

Result<DatasetSummary> map_paths(const SetOptions& options, const confine::Needs& beside,
                                 Tarballs& tarballs, Reporter& reporter,
                                 const std::stop_token& stop) {
  const dataset::Selection selection{
      .paths = options.paths, .suffixes = {}, .regexp = options.file_regexp};
  TRY(const dataset::Discovery found, dataset::discover(selection, stop));
  for (const dataset::Unreadable& problem : found.problems) reporter.warning(problem.error.what);
  warn_of_passed_over(found, "name them, or map with --file-suffix \"\" first", reporter);
  if (found.paths.empty() && found.tarballs.empty()) return nothing_found(selection);
  // In folders only regular files are found.
  for (const std::string& path : options.paths) {
    if (std::binary_search(found.paths.begin(), found.paths.end(), path))
      TRY_VOID(check_can_be_reread(path));
  }
  confine_to_set(beside, [&](confine::Files& files) { add_found(found, "", files); });
  DatasetSummary set;
  TRY(set.files,
      scan_found(found, selection, worker_count(options.workers), tarballs, reporter, stop));
  for (const Error& problem : tarballs.take_problems()) reporter.warning(problem.what);
  if (stop.stop_requested()) return cancelled();
  if (set.files.empty()) return nothing_found(selection);
  // Files may have grown while others were mapped.
  std::vector<size_t> all(set.files.size());
  std::iota(all.begin(), all.end(), size_t{0});
  settle_grown(set.files, all, worker_count(options.workers), reporter, stop);
  if (stop.stop_requested()) return cancelled();
  dataset::summarize(set);
  return set;
}

// True if the entry of a member is still correct, given that the index matches the present tarball.
bool member_holds(const FileSummary& file, const Tarballs& tarballs) {
  const archive::ArchiveIndex* index = tarballs.store()->index_of(file.tarball);
  if (index == nullptr) return false;
  const Result<archive::IndexedMember> member = index->find(file.member());
  return member && member->size_bytes == file.file_size_bytes && member->mtime_ns == file.mtime_ns;
}

FileSummary unreadable(const FileSummary& entry, const Error& error) {
  FileSummary summary = dataset::unreadable(entry.path, error);
  summary.tarball = entry.tarball;
  return summary;
}

void mark_unreadable(dataset::Dump& dump, const std::vector<size_t>& entries, const Error& error) {
  for (const size_t i : entries) dump.set.files[i] = unreadable(dump.set.files[i], error);
}

// Renews the entry for the tarball itself, which exists if the tarball could not be used
// completely.
void renew_own_entry(dataset::Dump& dump, const std::string& tarball,
                     std::vector<FileSummary>& fresh) {
  const auto is_own = [&](const FileSummary& file) { return file.path == tarball; };
  const auto before = std::find_if(dump.set.files.begin(), dump.set.files.end(), is_own);
  const auto now = std::find_if(fresh.begin(), fresh.end(), is_own);
  if (now == fresh.end()) {
    if (before == dump.set.files.end()) return;
    *before = dataset::unreadable(tarball, {});
    before->damage.reset();
  } else if (before == dump.set.files.end()) {
    dump.set.files.push_back(std::move(*now));
  } else {
    *before = std::move(*now);
  }
}

// Renews the entries of a tarball by a pass over it.
Result<> map_again(dataset::Dump& dump, const std::string& tarball,
                   const std::vector<size_t>& entries, Tarballs& tarballs, Reporter& reporter) {
  std::unordered_set<std::string> paths;
  for (const size_t i : entries) paths.insert(dump.set.files[i].path);
  Result<std::vector<FileSummary>> fresh = std::vector<FileSummary>();
  TRY_VOID(scan_reporting({tarball}, reporter, [&](dataset::ScanProgress& progress) {
    fresh = tarballs.map(tarball, dataset::NameChoice::exactly(std::move(paths)), progress);
  }));
  if (!fresh && fresh.error().code == Errc::kCancelled) return cancelled();
  if (!fresh && (fresh.error().code == Errc::kNoSpace || is_shortage(fresh.error())))
    return fresh.error();
  if (!fresh) {
    mark_unreadable(dump, entries, fresh.error());
    return {};
  }
  renew_own_entry(dump, tarball, *fresh);
  std::unordered_map<std::string, FileSummary*> by_path;
  for (FileSummary& file : *fresh) by_path.emplace(file.path, &file);
  for (const size_t i : entries) {
    FileSummary& file = dump.set.files[i];
    const auto found = by_path.find(file.path);
    if (found != by_path.end()) {
      file = std::move(*found->second);
    } else {
      file = unreadable(file,
                        {Errc::kNotFound, 0, file.path + ": the member does not exist any more"});
    }
  }
  return {};
}

// Opens the indexes of the tarballs that contain entries. If an index is missing, the tarball is
// read completely, which also renews its entries.
Result<> renew_members(dataset::Dump& dump, Tarballs& tarballs, Reporter& reporter) {
  std::map<std::string, std::vector<size_t>> members;
  for (size_t i = 0; i < dump.set.files.size(); ++i) {
    if (!dump.set.files[i].tarball.empty()) members[dump.set.files[i].tarball].push_back(i);
  }
  for (const auto& [tarball, entries] : members) {
    const Result<bool> indexed = tarballs.find_index(tarball);
    if (!indexed && is_shortage(indexed.error())) return indexed.error();
    if (!indexed) {
      mark_unreadable(dump, entries, indexed.error());
      continue;
    }
    const auto holds = [&](size_t i) { return member_holds(dump.set.files[i], tarballs); };
    if (*indexed) {
      const bool all_hold = std::all_of(entries.begin(), entries.end(), holds);
      std::vector<std::string> names;
      for (const size_t i : entries) names.emplace_back(dump.set.files[i].member());
      // If the index does not contain all of them, the index may have changed.
      const Result<> checked =
          tarballs.check_index(tarball, all_hold ? std::optional(std::move(names)) : std::nullopt);
      if (checked && all_hold) continue;
      if (!checked && checked.error().code == Errc::kCancelled) return cancelled();
      if (!checked) tarballs.discard_index(tarball, checked.error());
    }
    reporter.info(fmt::format("{}: {}; mapping it again", tarball,
                              *indexed ? "its members have changed since they were mapped"
                                       : "there is no index, or it has changed since it was made"));
    TRY_VOID(map_again(dump, tarball, entries, tarballs, reporter));
  }
  for (const Error& problem : tarballs.take_problems()) reporter.warning(problem.what);
  return {};
}

// True for tarballs that can only be read from their beginning, so that each capture requires
// reading everything before it: xz and bzip2, and zstd or lz4 in a single frame, as usual.
bool only_from_its_beginning(const archive::ArchiveIndex& index) {
  if (index.compression() == io::Compression::kNone ||
      index.plain_bytes() <= archive::CheckpointKeeper::kSpacing) {
    return false;
  }
  const Result<std::optional<io::Checkpoint>> any = index.checkpoint_behind(0);
  return any && !*any;
}

void warn_of_slow_tarballs(const DatasetSummary& set, const Tarballs& tarballs,
                           Reporter& reporter) {
  std::set<std::string> seen;
  for (const FileSummary& file : set.files) {
    if (file.tarball.empty() || !seen.insert(file.tarball).second) continue;
    const archive::ArchiveIndex* index = tarballs.store()->index_of(file.tarball);
    if (index == nullptr || !only_from_its_beginning(*index)) continue;
    reporter.warning(
        fmt::format("{}: this {} can only be read from its beginning, so each capture in it waits "
                    "until everything before it is decompressed; extract it first, or compress it "
                    "with gzip, or with zstd in several frames (pzstd)",
                    file.tarball, word_of(index->compression())));
  }
}

// Entries that cannot be trusted are mapped again in place: all those of a dump of the original
// tool, and files that have changed.
Result<> renew(dataset::Dump& dump, const SetOptions& options, Tarballs& tarballs,
               Reporter& reporter, const std::stop_token& stop) {
  TRY_VOID(renew_members(dump, tarballs, reporter));
  std::vector<size_t> stale;
  for (size_t i = 0; i < dump.set.files.size(); ++i) {
    const FileSummary& file = dump.set.files[i];
    if (file.tarball.empty() && (!dump.ours || !dataset::still_valid(file))) stale.push_back(i);
  }
  if (dump.ours && !stale.empty()) {
    stale = settle_grown(dump.set.files, stale, worker_count(options.workers), reporter, stop);
    if (stop.stop_requested()) return cancelled();
  }
  if (stale.empty()) return {};
  const auto changed = std::count_if(stale.begin(), stale.end(),
                                     [&](size_t i) { return !is_missing(dump.set.files[i]); });
  if (!dump.ours) {
    reporter.info(fmt::format("{} was not written by this program; mapping its {} again",
                              options.dump_path, counted(stale.size(), "file")));
  } else if (changed > 0) {  // otherwise they are missing, which was reported
    reporter.info(
        fmt::format("{} of {} changed since the set was mapped; mapping again what changed",
                    changed, counted(dump.set.files.size(), "file")));
  }
  std::vector<std::string> paths;
  paths.reserve(stale.size());
  for (const size_t i : stale) paths.push_back(dump.set.files[i].path);
  std::vector<FileSummary> fresh;
  TRY_VOID(scan_reporting(paths, reporter, [&](dataset::ScanProgress& progress) {
    fresh = dataset::scan_files(paths, worker_count(options.workers), progress, stop);
  }));
  if (stop.stop_requested()) return cancelled();
  for (size_t i = 0; i < stale.size(); ++i) dump.set.files[stale[i]] = std::move(fresh[i]);
  return {};
}

void tell(const dataset::Relocation& moved, size_t files, Reporter& reporter) {
  if (moved.renamed > 0) {
    reporter.info(
        fmt::format("--path-prefix changes {} of {}", moved.renamed, counted(files, "path")));
  }
  if (moved.found_beside > 0) {
    reporter.info(
        fmt::format("{} of {} found beside the dump", moved.found_beside, counted(files, "file")));
  }
}

// Keeps the entry of a tarball that could not be used completely together with those of its
// selected members.
void choose_by(const dataset::PathPattern& pattern, std::vector<FileSummary>& files) {
  const auto chosen = [&](const FileSummary& f) { return pattern.matches(f.path); };
  std::unordered_set<std::string> tarballs;
  for (const FileSummary& file : files) {
    if (!file.tarball.empty() && chosen(file)) tarballs.insert(file.tarball);
  }
  std::erase_if(files,
                [&](const FileSummary& f) { return !chosen(f) && !tarballs.contains(f.path); });
}

Result<> check_entries_reread(const DatasetSummary& set) {
  std::string_view before;  // members of the same tarball are adjacent
  for (const FileSummary& file : set.files) {
    const std::string& path = file.tarball.empty() ? file.path : file.tarball;
    if (path != std::exchange(before, path)) TRY_VOID(check_can_be_reread(path));
  }
  return {};
}

Result<DatasetSummary> load_dump(const SetOptions& options, const confine::Needs& beside,
                                 Tarballs& tarballs, Reporter& reporter,
                                 const std::stop_token& stop) {
  TRY(dataset::Dump dump, dataset::read_dump(options.dump_path, stop, options.owners));
  const size_t file_count = dump.set.files.size();
  if (!options.file_regexp.empty()) {
    const Result<dataset::PathPattern> pattern = dataset::PathPattern::make(options.file_regexp);
    if (!pattern) return pattern.error().with_context("--file-regexp");
    choose_by(*pattern, dump.set.files);
  }
  if (dump.set.files.empty()) {
    return Error{
        Errc::kNotFound, 0,
        options.file_regexp.empty()
            ? options.dump_path + ": has no files"
            : fmt::format("{}: no file left: --file-regexp {} matches none of {}",
                          options.dump_path, options.file_regexp, counted(file_count, "file"))};
  }
  tell(dataset::relocate(dump.set, options.path_prefixes, options.dump_path, dump.ours),
       dump.set.files.size(), reporter);
  TRY_VOID(check_missing(dump.set, options.dump_path, reporter));
  if (const Result<> lasting = check_entries_reread(dump.set); !lasting)
    return lasting.error().with_context(options.dump_path);
  confine_to_set(beside,
                 [&](confine::Files& files) { add_set(dump.set.files, options.dump_path, files); });
  TRY_VOID(renew(dump, options, tarballs, reporter, stop));
  dataset::summarize(dump.set);
  return std::move(dump.set);
}

}  // namespace

Result<LoadedSet> load_set(const SetOptions& options, const confine::Needs& beside,
                           Reporter& reporter, const std::stop_token& stop) {
  LoadedSet loaded;
  loaded.tarballs = std::make_shared<Tarballs>(options.dump(), worker_count(options.workers),
                                               reporter, stop, options.owners);
  TRY(loaded.set, options.paths.empty()
                      ? load_dump(options, beside, *loaded.tarballs, reporter, stop)
                      : map_paths(options, beside, *loaded.tarballs, reporter, stop));
  TRY_VOID(refuse_to_overwrite(options.outputs, {options.dump()}));
  TRY_VOID(refuse_to_overwrite_set(options.outputs, loaded.set.files));
  warn_of_slow_tarballs(loaded.set, *loaded.tarballs, reporter);
  tell_of_contents(loaded.set, reporter);
  return loaded;
}

}  // namespace gophercap::jobs
