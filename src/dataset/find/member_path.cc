#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {
namespace {

constexpr std::string_view kBetween = "!/";

}  // namespace

std::string member_path(std::string_view tarball, std::string_view member) {
  std::string path(tarball);
  path += kBetween;
  path += member;
  return path;
}

std::optional<MemberPath> split_member_path(
    const std::string& path, const std::function<bool(const std::string&)>& is_tarball) {
  for (size_t at = path.find(kBetween); at != std::string::npos; at = path.find(kBetween, at + 1)) {
    MemberPath parts{path.substr(0, at), path.substr(at + kBetween.size())};
    if (!parts.tarball.empty() && !parts.member.empty() && is_tarball(parts.tarball)) return parts;
  }
  return std::nullopt;
}

std::string_view FileSummary::member() const noexcept {
  return std::string_view(path).substr(tarball.size() + kBetween.size());
}

}  // namespace gophercap::dataset
