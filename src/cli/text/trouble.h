// Messages about inputs that were not read to their end. There are two separate kinds: damaged
// files, and files that the system did not let be read (permission, an I/O error), whose contents
// may be fine.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "capture/capture_reader.h"
#include "cli/exit_code.h"
#include "cli/terminal/console.h"
#include "cli/text/text_options.h"
#include "dataset/scan/file_summary.h"
#include "replay/report.h"

namespace gophercap::cli {

class Troubles {
 public:
  explicit Troubles(const dataset::DatasetSummary& set);
  explicit Troubles(const std::vector<replay::DamagedFile>& files);

  bool none() const noexcept { return damaged_.empty() && unread_.empty(); }
  size_t damaged() const noexcept { return damaged_.size(); }
  size_t unread() const noexcept { return unread_.size(); }

  // Lists each file with place and cause, with a title for each kind. `of` is "" or " of the set".
  // Empty if there are none.
  std::string list(std::string_view of, const TextOptions& options) const;
  // Prints one line for each kind with the number of files; for unread files also the first one and
  // its cause. `total` is the number of all files; 0: not shown. Returns the exit status.
  ExitCode warn(std::string_view of, size_t total, Console& console) const;
  // The exit status, without printing.
  ExitCode code() const noexcept { return none() ? ExitCode::kOk : ExitCode::kIncomplete; }
  void warn_of_unread(std::string_view of, Console& console) const;

 private:
  struct Trouble {
    std::string_view path;
    const capture::Damage* damage;
  };
  void add(std::string_view path, const capture::Damage& damage);

  std::vector<Trouble> damaged_;
  std::vector<Trouble> unread_;
};

}  // namespace gophercap::cli
