#include "archive/tar/member_path.h"

#include <algorithm>
#include <array>

#include "io/compression.h"

namespace gophercap::archive {
namespace {

constexpr auto kReasons = std::to_array<Word<Refusal>>({
    {Refusal::kAbsolutePath, "it is a link to an absolute path"},
    {Refusal::kLeadsUp, "its path leads upwards (..)"},
    {Refusal::kBadName, "its name is not valid in this file system"},
    {Refusal::kLinkOutside, "it is a link that leads outside"},
    {Refusal::kLinkTarget, "it is a hard link to what was not extracted"},
    {Refusal::kLinkFolder, "it is a link to a folder, and flattening makes none"},
    {Refusal::kDevice, "it is a device"},
    {Refusal::kFifo, "it is a FIFO"},
    {Refusal::kUnknownKind, "it is of a kind that we or the file system do not take"},
    {Refusal::kExists, "the file exists already"},
    {Refusal::kInTheWay, "something that is no folder is in the way"},
    {Refusal::kContradiction, "it has data beyond its own end"},
    {Refusal::kTooLarge, "it is too large for the file system"},
    {Refusal::kPathTooLong, "its path, or where it leads, is longer than 4,095 bytes"},
    {Refusal::kTooDeep, "it lies more than 256 levels deep"},
});
static_assert(kReasons.size() == kRefusals);

size_t length_of_ending(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? 0 : name.size() - dot;
}

}  // namespace

std::string_view reason_of(Refusal refusal) noexcept {
  return word_in(kReasons, refusal);
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
