// Determines the paths that the Extractor would give the members of an archive in an empty folder.
// All paths differ, also those of files and folders.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/extract/path_set.h"
#include "archive/tar/member_path.h"

namespace gophercap::archive {

// Not thread-safe.
class MemberNames {
 public:
  // Adds a folder with these names, and its parents.
  std::optional<Refusal> add_folder(const std::vector<std::string_view>& parts);

  // Sets `path` to the path that the file or link with these names gets.
  std::optional<Refusal> add(const std::vector<std::string_view>& parts, std::string& path);

  bool contains(std::string_view path) const { return made_.contains(path); }

 private:
  std::optional<Refusal> enter(const std::vector<std::string_view>& parts, std::string& folder);

  PathSet made_;  // files and links
  PathSet folders_;
};

// Returns whether `path` can be the numbered form of `stored`, with a number in one or more of its
// names.
bool may_be_numbered(std::string_view path, std::string_view stored);

}  // namespace gophercap::archive
