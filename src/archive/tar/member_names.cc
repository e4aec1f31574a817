#include "archive/tar/member_names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>
#include <system_error>

namespace gophercap::archive {
namespace {

constexpr uint64_t kMostNumbers = 100;  // same limit as in OutputTree and Extractor

bool is_numbered_name(std::string_view name, std::string_view stored) {
  size_t common = 0;
  while (common < name.size() && common < stored.size() && name[common] == stored[common]) ++common;
  // The number begins here, after a dot, or shares leading digits or the dot with the other name.
  for (size_t at = common + 2; at-- > 0 && common + 1 - at < 4;) {
    uint64_t number = 0;
    const char* begin = name.data() + std::min(at, name.size());
    const auto parsed = std::from_chars(begin, name.data() + name.size(), number);
    if (parsed.ec == std::errc() && numbered_name(stored, number) == name) return true;
  }
  return false;
}

}  // namespace

// Like OutputTree::step(), for each name.
std::optional<Refusal> MemberNames::enter(const std::vector<std::string_view>& parts,
                                          std::string& folder) {
  folder.clear();
  for (const std::string_view name : parts) {
    const std::string above = folder.empty() ? folder : folder + '/';
    folder = above + std::string(name);
    for (uint64_t number = 2; made_.contains(folder); ++number) {
      if (number >= kMostNumbers) return Refusal::kInTheWay;
      folder = above + numbered_name(name, number);
    }
    folders_.insert(folder);
  }
  return std::nullopt;
}

std::optional<Refusal> MemberNames::add_folder(const std::vector<std::string_view>& parts) {
  std::string folder;
  return enter(parts, folder);
}

// Like Extractor::find_name().
std::optional<Refusal> MemberNames::add(const std::vector<std::string_view>& parts,
                                        std::string& path) {
  if (parts.empty()) return Refusal::kBadName;
  std::string folder;
  const std::vector<std::string_view> above(parts.begin(), parts.end() - 1);
  if (const std::optional<Refusal> refusal = enter(above, folder)) return refusal;
  if (!folder.empty()) folder += '/';
  const std::string_view wanted = parts.back();
  const auto numbered = [&] {
    return free_name(wanted, [&](const std::string& other) { return contains(folder + other); });
  };
  path = folder + std::string(wanted);
  if (contains(path)) path = folder + numbered();
  for (uint64_t number = 2; folders_.contains(path); ++number) {
    if (number >= kMostNumbers) return Refusal::kExists;
    path = folder + numbered_name(wanted, number);
    if (contains(path)) path = folder + numbered();
  }
  made_.insert(path);
  return std::nullopt;
}

bool may_be_numbered(std::string_view path, std::string_view stored) {
  while (true) {
    const std::string_view name = path.substr(0, path.find('/'));
    const std::string_view stored_name = stored.substr(0, stored.find('/'));
    if (name != stored_name && !is_numbered_name(name, stored_name)) return false;
    const bool last = name.size() == path.size();
    if (last != (stored_name.size() == stored.size())) return false;
    if (last) return true;
    path.remove_prefix(name.size() + 1);
    stored.remove_prefix(stored_name.size() + 1);
  }
}

}  // namespace gophercap::archive
