// Paths of files that lie in a tarball: "big.tar.gz!/dir/x.pcap" (SPEC 3).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gophercap::dataset {

// Between the path of the tarball and that of the member in it.
inline constexpr std::string_view kBetweenPaths = "!/";

// Returns the path of a member of a tarball.
std::string member_path(std::string_view tarball, std::string_view member);

struct MemberPath {
  std::string tarball;
  std::string member;
};
// Splits the path of a member at the first "!/" after a path for which `is_tarball` is true.
// Returns nothing for other paths.
std::optional<MemberPath> split_member_path(
    const std::string& path, const std::function<bool(const std::string&)>& is_tarball);

}  // namespace gophercap::dataset
