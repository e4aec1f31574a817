// The folder that members are extracted to, and the folders below it. No symbolic link below it is
// ever followed, whoever made it.
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

// Not thread-safe. Paths below are relative to the top; "" is the top.
class OutputTree {
 public:
  // Makes `path`, and what is above it, if it does not exist.
  static Result<std::unique_ptr<OutputTree>> open(const std::string& path);

  // Goes to the folder of these names and makes what is missing of it. Where a file of this run
  // already has the name of a folder, the folder gets a number. A refusal: kInTheWay, kBadName.
  Result<std::optional<Refusal>> enter(const std::vector<std::string_view>& names);

  // Where enter() went last.
  int folder() const noexcept { return current_.value(); }
  const std::string& folder_path() const noexcept { return current_path_; }
  std::string path_of(std::string_view name) const;  // below the top
  std::string shown(std::string_view path) const;    // for messages

  // Paths that this run has made.
  void note(std::string_view path) { made_.insert(path); }
  bool made(std::string_view path) const { return made_.contains(path); }

  // What a folder shall be like in the end. Set once all that goes into it is there, which is taken
  // to be so when another folder is entered that is not below it.
  void finish_later(mode_t mode, timespec mtime);
  // After a stop, folders that would not let their owner in again are left as they are.
  Result<> finish_folders(const std::stop_token& stop);

  // A descriptor of a folder below the top, as it is; kNotFound if there is none.
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
  std::string asked_;  // what enter() was asked for last
  PathSet made_;
  std::vector<Pending> pending_;    // each below the one before
  std::vector<Pending> forbidden_;  // that would not let us in again: at the very end
};

}  // namespace gophercap::archive
