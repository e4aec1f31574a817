// The folder that members are extracted to, and the folders below it. Symbolic links below it are
// never followed, whoever has created them.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "archive/extract/path_set.h"
#include "archive/tar/member_path.h"
#include "base/fd.h"
#include "base/result.h"

namespace gophercap::archive {

// Not thread-safe. Paths are relative to the top folder; "" is the top folder.
class OutputTree {
 public:
  // Creates `path` and its parents if they do not exist.
  static Result<std::unique_ptr<OutputTree>> open(const std::string& path);

  // Enters the folder with these names and creates what is missing. If a file of this run already
  // has the name of a folder, the folder gets a number. Refuses with kInTheWay or kBadName.
  Result<std::optional<Refusal>> enter(const std::vector<std::string_view>& names);

  // The folder that enter() has entered last.
  int folder() const noexcept { return current_.value(); }
  const std::string& folder_path() const noexcept { return current_path_; }
  std::string path_of(std::string_view name) const;  // relative to the top
  std::string shown(std::string_view path) const;    // for messages

  // Records a path that this run has created.
  void note(std::string_view path) { made_.insert(path); }
  bool made(std::string_view path) const { return made_.contains(path); }

  // Sets the final mode and time of a folder later, when another folder is entered that is not
  // below it. By then everything in it is assumed to be extracted.
  void finish_later(mode_t mode, timespec mtime);
  // After a stop request, folders whose mode would lock out their owner keep their present mode.
  Result<> finish_folders(const std::stop_token& stop);

  // Opens an existing folder below the top; kNotFound if there is none.
  Result<Fd> open_folder(const std::string& path) const;

 private:
  struct Pending {
    std::string path;
    mode_t mode;
    timespec mtime;
  };

  OutputTree(std::string top_path, Fd top);
  Result<std::optional<Refusal>> step(Fd& folder, std::string& path, std::string_view name);
  Result<> leave_for(std::string_view path);
  Result<> apply(const Pending& pending) const;

  std::string top_path_;
  Fd top_;
  Fd current_;
  std::string current_path_;
  std::string asked_;  // the last path passed to enter()
  PathSet made_;
  std::vector<Pending> pending_;    // each is below the previous one
  std::vector<Pending> forbidden_;  // folders whose mode would lock us out; set at the very end
};

}  // namespace gophercap::archive
