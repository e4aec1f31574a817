// The tarballs of a set, their indexes, and the captures in them.
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

// Returns the entry for the tarball `path` itself if a pass could not use all of it, because it
// breaks off or has unusable members.
std::optional<dataset::FileSummary> own_entry(const std::string& path,
                                              const dataset::TarballScan& scan);

// The folder for temporary folders.
std::string temporary_parent();

// An index is beside the dump of the set, or beside its tarball. If neither folder is writable, it
// is in a temporary folder that exists as long as this object. Not thread-safe.
class Tarballs {
 public:
  // `dump_path` is empty or "-" if there is no dump. `owners` applies to indexes; see
  // io::open_file().
  Tarballs(const std::string& dump_path, unsigned workers, Reporter& reporter, std::stop_token stop,
           io::Owners owners = io::Owners::kTrusted);
  ~Tarballs();
  Tarballs(const Tarballs&) = delete;
  Tarballs& operator=(const Tarballs&) = delete;

  // Returns summaries of the selected members, and puts an index into the store. With an existing
  // index only the selected members are read, if that is less work; otherwise the whole tarball is
  // read once. A tarball that could not be used completely has its own entry.
  Result<std::vector<dataset::FileSummary>> map(const std::string& tarball,
                                                const dataset::NameChoice& choice,
                                                dataset::ScanProgress& progress);

  // Puts the index of the tarball into the store: an existing one, or a new one.
  Result<> add_index(const std::string& tarball, dataset::ScanProgress& progress);
  // Like add_index(), but does not make one. Returns false if no index matches.
  Result<bool> find_index(const std::string& tarball);

  // An index does not prove that a capture is damaged. Unless this run has made the index, damage
  // found by means of it is checked by a pass over the tarball. `why` is the first damage.
  // Returns nothing if the result is confirmed. REQUIRES: the index is in the store.
  Result<std::optional<std::vector<dataset::FileSummary>>> map_again(
      const std::string& tarball, std::unordered_set<std::string> paths, const Error& why,
      dataset::ScanProgress& progress);
  // Fails if the index in the store contradicts the headers of these members, or of all members.
  Result<> check_index(const std::string& tarball,
                       std::optional<std::vector<std::string>> members) const;
  // Drops the index of that tarball until a new one is made.
  void discard_index(const std::string& tarball, const Error& why);

  // `name` is the tarball's name in messages.
  void add_problems(const std::string& name, const dataset::TarballScan& scan,
                    const dataset::FileSummary& own_entry);
  std::shared_ptr<const dataset::CaptureStore> store() const noexcept { return store_; }
  // The problems found in tarballs, none of which has ended the job.
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

  std::string dump_folder_;  // "": the current folder
  bool has_dump_;
  const unsigned workers_;
  Reporter& reporter_;
  std::stop_token stop_;
  const io::Owners owners_;
  std::shared_ptr<dataset::CaptureStore> store_ = std::make_shared<dataset::CaptureStore>();
  std::vector<Error> problems_;
  std::unordered_set<std::string> discarded_;  // tarballs whose indexes must not be used
  std::unordered_set<std::string> passed_;     // tarballs whose indexes this run has made
  std::string temporary_;                      // a folder; empty: none
  std::set<std::string> distrusted_;           // reasons why indexes of other users were not read,
                                               // each reported once
};

}  // namespace gophercap::jobs
