#include "dataset/dump/relocate.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "dataset/find/member_path.h"

namespace gophercap::dataset {
namespace {

using FileId = std::pair<dev_t, ino_t>;

bool begins_with_component(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return path.size() == prefix.size() || prefix.ends_with('/') || path[prefix.size()] == '/';
}

bool rename_by_prefix(std::string& path, std::span<const PrefixChange> changes) {
  for (const PrefixChange& change : changes) {
    if (!begins_with_component(path, change.from)) continue;
    std::string_view rest = std::string_view(path).substr(change.from.size());
    if (change.to.empty() && !change.from.ends_with('/') && rest.starts_with('/'))
      rest.remove_prefix(1);  // if a whole prefix is removed, a relative path remains
    path = change.to + std::string(rest);
    return true;
  }
  return false;
}

// Returns the part of `path` after its first component, or "".
std::string_view without_first_component(std::string_view path) {
  const size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
}

}  // namespace

Result<PrefixChange> parse_prefix_change(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Error{Errc::kInvalidArgument, 0, fmt::format("\"{}\" is not of the form OLD=NEW", text)};
  }
  return PrefixChange{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

namespace {

// A file on disk that contains entries: a capture, or a tarball of many.
struct Container {
  std::string* path;
  uint64_t size_bytes = 0;
  bool size_known = false;
};

// A tarball of the set and the entries whose paths begin with its path.
struct TarballEntries {
  std::string path;
  std::vector<FileSummary*> files;
};

Relocation relocate_containers(const std::vector<Container>& containers,
                               std::span<const PrefixChange> changes,
                               const std::string& dump_path) {
  Relocation result;
  std::set<FileId> taken;
  std::vector<const Container*> missing;
  for (const Container& container : containers) {
    result.renamed += rename_by_prefix(*container.path, changes);
    struct stat facts {};
    if (::stat(container.path->c_str(), &facts) == 0) {
      taken.emplace(facts.st_dev, facts.st_ino);
    } else {
      missing.push_back(&container);
    }
  }
  if (missing.empty() || dump_path == "-") return result;
  const std::filesystem::path folder = std::filesystem::path(dump_path).parent_path();
  for (const Container* container : missing) {
    for (std::string_view end = *container->path; !end.empty();
         end = without_first_component(end)) {
      if (end.starts_with('/')) continue;
      std::string candidate = (folder / end).string();
      struct stat facts {};
      if (::stat(candidate.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
      if (container->size_known && static_cast<uint64_t>(facts.st_size) != container->size_bytes)
        continue;
      if (!taken.emplace(facts.st_dev, facts.st_ino).second) continue;
      *container->path = std::move(candidate);
      ++result.found_beside;
      break;
    }
  }
  return result;
}

}  // namespace

Relocation relocate(DatasetSummary& set, std::span<const PrefixChange> changes,
                    const std::string& dump_path, bool sizes_known) {
  std::vector<Container> containers;
  std::map<std::string, TarballEntries> tarballs;
  for (FileSummary& file : set.files) {
    if (file.tarball.empty()) {
      containers.push_back({&file.path, file.file_size_bytes, sizes_known});
    } else {
      tarballs.try_emplace(file.tarball, TarballEntries{file.tarball, {}})
          .first->second.files.push_back(&file);
    }
  }
  // The size of a tarball is in its index, which is checked later.
  for (auto& [before, tarball] : tarballs) containers.push_back({&tarball.path});
  const Relocation result = relocate_containers(containers, changes, dump_path);
  for (const auto& [before, tarball] : tarballs) {
    if (tarball.path == before) continue;
    for (FileSummary* file : tarball.files) {
      file->path = member_path(tarball.path, file->member());
      file->tarball = tarball.path;
    }
  }
  return result;
}

}  // namespace gophercap::dataset
