#include "dataset/find/member_path.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gophercap::dataset {

std::string member_path(std::string_view tarball, std::string_view member) {
  std::string path(tarball);
  path += kBetweenPaths;
  path += member;
  return path;
}

std::optional<MemberPath> split_member_path(
    const std::string& path, const std::function<bool(const std::string&)>& is_tarball) {
  for (size_t at = path.find(kBetweenPaths); at != std::string::npos;
       at = path.find(kBetweenPaths, at + 1)) {
    MemberPath parts{path.substr(0, at), path.substr(at + kBetweenPaths.size())};
    if (!parts.tarball.empty() && !parts.member.empty() && is_tarball(parts.tarball)) return parts;
  }
  return std::nullopt;
}

}  // namespace gophercap::dataset
