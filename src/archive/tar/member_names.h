// Where the members of an archive would be put, as the Extractor does it in an empty folder: no two
// of them get the same path, and no file that of a folder.
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
  // A folder of these names is made, and what is above it.
  std::optional<Refusal> add_folder(const std::vector<std::string_view>& parts);

  // `path` is set to where the file or link of these names gets.
  std::optional<Refusal> add(const std::vector<std::string_view>& parts, std::string& path);

  bool contains(std::string_view path) const { return made_.contains(path); }

 private:
  std::optional<Refusal> enter(const std::vector<std::string_view>& parts, std::string& folder);

  PathSet made_;  // files and links
  PathSet folders_;
};

// Whether a path with these names may have become `path`, by numbers in one or more of them.
bool may_be_numbered(std::string_view path, std::string_view stored);

}  // namespace gophercap::archive
