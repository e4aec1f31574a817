#include "archive/tar/member_path.h"

#include <algorithm>
#include <array>

#include "io/compression.h"

namespace gophercap::archive {
namespace {

struct Words {
  std::string_view key;
  std::string_view reason;
};

constexpr std::array<Words, kRefusals> kWords = {{
    {"absolute_path", "it is a link to an absolute path"},
    {"leads_up", "its path leads upwards (..)"},
    {"bad_name", "its name is not valid in this file system"},
    {"link_outside", "it is a link that leads outside"},
    {"link_target", "it is a hard link to what was not extracted"},
    {"link_folder", "it is a link to a folder, and flattening makes none"},
    {"device", "it is a device"},
    {"fifo", "it is a FIFO"},
    {"unknown_kind", "it is of a kind that we or the file system do not take"},
    {"exists", "the file exists already"},
    {"in_the_way", "something that is no folder is in the way"},
    {"contradiction", "it has data beyond its own end"},
    {"too_large", "it is too large for the file system"},
    {"path_too_long", "its path, or where it leads, is longer than 4,095 bytes"},
    {"too_deep", "it lies more than 256 levels deep"},
}};

size_t length_of_ending(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? 0 : name.size() - dot;
}

}  // namespace

std::string_view to_string(Refusal refusal) noexcept {
  return kWords[static_cast<size_t>(refusal)].key;
}

std::string_view reason_of(Refusal refusal) noexcept {
  return kWords[static_cast<size_t>(refusal)].reason;
}

std::optional<Refusal> split_path(std::string_view path, std::vector<std::string_view>& parts) {
  parts.clear();
  if (path.size() > kLongestPath) return Refusal::kPathTooLong;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part == "..") return Refusal::kLeadsUp;
    if (!part.empty() && part != ".") parts.push_back(part);
    if (parts.size() > kMostLevels) return Refusal::kTooDeep;
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
  return std::nullopt;
}

bool stays_inside(std::string_view link_target, size_t depth) {
  if (link_target.empty() || link_target.starts_with('/')) return false;
  bool went_down = false;
  while (!link_target.empty()) {
    const std::string_view part = link_target.substr(0, link_target.find('/'));
    if (part == "..") {
      if (went_down || depth == 0) return false;
      --depth;
    } else if (!part.empty() && part != ".") {
      went_down = true;
    }
    link_target.remove_prefix(std::min(link_target.size(), part.size() + 1));
  }
  return true;
}

std::string join_parts(const std::vector<std::string_view>& parts, char separator) {
  std::string path;
  for (const std::string_view part : parts) {
    if (!path.empty()) path += separator;
    path += part;
  }
  return path;
}

std::string numbered_name(std::string_view name, uint64_t number) {
  size_t ending = length_of_ending(name);
  if (ending > 0 && io::compression_ending(name).size() == ending)
    ending += length_of_ending(name.substr(0, name.size() - ending));
  std::string text(name.substr(0, name.size() - ending));
  text += '.';
  text += std::to_string(number);
  text += name.substr(name.size() - ending);
  return text;
}

std::string free_name(std::string_view name, const std::function<bool(const std::string&)>& taken) {
  const auto is_taken = [&](uint64_t number) { return taken(numbered_name(name, number)); };
  uint64_t used = 1;
  uint64_t free = 2;
  while (is_taken(free)) {
    used = free;
    free *= 2;
  }
  while (free - used > 1) {
    const uint64_t middle = used + (free - used) / 2;
    (is_taken(middle) ? used : free) = middle;
  }
  return numbered_name(name, free);
}

}  // namespace gophercap::archive
