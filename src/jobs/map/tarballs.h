// The tarballs of a set: their indexes, and the captures in them.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "dataset/capture_store.h"
#include "dataset/find/name_choice.h"
#include "dataset/scan/file_summary.h"
#include "dataset/scan/scan.h"
#include "dataset/scan/tarball_scan.h"
#include "io/file/open_file.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// The entry of a tarball as such, `path`, that a pass could not use whole: it breaks, or has
// members that could not be used.
std::optional<dataset::FileSummary> own_entry(const std::string& path,
                                              const dataset::TarballScan& scan);

// In which temporary folders are made.
std::string temporary_parent();

// An index lies beside the dump of the set, or else beside its tarball; where it can be written to
// neither, in a temporary folder for as long as this lives. Not thread-safe.
class Tarballs {
 public:
  // `dump_path` empty or "-": there is none. `owners`: of indexes, see io::open_file().
  Tarballs(const std::string& dump_path, unsigned workers, Reporter& reporter, std::stop_token stop,
           io::Owners owners = io::Owners::kTrusted);
  ~Tarballs();
  Tarballs(const Tarballs&) = delete;
  Tarballs& operator=(const Tarballs&) = delete;

  // Summaries of the chosen members, and an index in the store: with one that is there already only
  // what was chosen is read, as long as that is less; else all of it is, once. A tarball that could
  // not be used whole has an entry of its own.
  Result<std::vector<dataset::FileSummary>> map(const std::string& tarball,
                                                const dataset::NameChoice& choice,
                                                dataset::ScanProgress& progress);

  // Puts the index of the tarball into the store: the one that is there, or a new one.
  Result<> add_index(const std::string& tarball, dataset::ScanProgress& progress);
  // As add_index(), but makes none. False: there is none that fits.
  Result<bool> find_index(const std::string& tarball);

  // An index is no evidence against a capture: what was found to be damaged by one is looked at
  // again by a pass over the tarball, unless this run has made the index. `reason`: of the damage.
  // None: what was found holds. REQUIRES: the index is in the store.
  Result<std::optional<std::vector<dataset::FileSummary>>> map_again(
      const std::string& tarball, std::unordered_set<std::string> paths, std::string_view reason,
      dataset::ScanProgress& progress);
  // Fails where the index in the store and the headers of these members, or of all, disagree.
  Result<> check_index(const std::string& tarball,
                       std::optional<std::vector<std::string>> members) const;
  // From now on there is none of that tarball until one is made anew. `what` is wrong with it.
  void discard_index(const std::string& tarball, std::string_view what);

  // `name` of the tarball, as messages have it.
  void add_problems(const std::string& name, const dataset::TarballScan& scan,
                    const dataset::FileSummary& own_entry);
  std::shared_ptr<const dataset::CaptureStore> store() const noexcept { return store_; }
  // What was wrong with tarballs, none of which ended anything.
  std::vector<Error> take_problems() noexcept { return std::move(problems_); }

 private:
  Result<std::optional<std::vector<dataset::FileSummary>>> map_by_index(
      const std::string& tarball, const dataset::NameChoice& choice,
      dataset::ScanProgress& progress);
  Result<std::vector<dataset::FileSummary>> pass(const std::string& tarball,
                                                 const dataset::NameChoice& choice,
                                                 dataset::ScanProgress& progress);
  std::vector<std::string> folders_for(const std::string& tarball) const;
  Result<std::string> temporary_folder();

  std::string dump_folder_;  // "" = this folder
  bool has_dump_;
  const unsigned workers_;
  Reporter& reporter_;
  std::stop_token stop_;
  const io::Owners owners_;
  std::shared_ptr<dataset::CaptureStore> store_ = std::make_shared<dataset::CaptureStore>();
  std::vector<Error> problems_;
  std::unordered_set<std::string> discarded_;  // tarballs whose indexes are not to be used
  std::unordered_set<std::string> passed_;     // whose indexes this run has made
  std::string temporary_;                      // folder; empty: none
  std::set<std::string> distrusted_;           // why indexes of others were not read: said once
};

}  // namespace gophercap::jobs
