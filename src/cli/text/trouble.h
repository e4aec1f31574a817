// Inputs that were not read to their end, in words. There are two sorts, and they are never mixed:
// damaged ones, and those that the system did not let us read (permission, an I/O error), which may
// be as whole as ever.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "capture/capture_reader.h"
#include "cli/exit_code.h"
#include "cli/terminal/console.h"
#include "cli/text/text_report.h"
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

  // Each file with place and cause, under a title for either sort; `of`: "" or " of the set". Empty
  // if there is none.
  std::string list(std::string_view of, const TextOptions& options) const;
  // One line for either sort: how many there are, and of those that were not read the first, with
  // the cause. `total` files: 0 = not said.
  // What that makes of the exit status.
  ExitCode warn(std::string_view of, size_t total, Console& console) const;
  // The same without a word.
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
