// Decides by name which files are wanted captures.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "dataset/find/path_pattern.h"

namespace gophercap::dataset {

// Thread-safe after construction.
class NameChoice {
 public:
  // `suffixes` and `regexp` are as in Selection. Fails with kInvalidArgument (regexp).
  static Result<NameChoice> make(const std::vector<std::string>& suffixes,
                                 const std::string& regexp);
  // Chooses exactly these paths.
  static NameChoice exactly(std::unordered_set<std::string> paths);

  bool ending_fits(std::string_view name) const noexcept;
  // For a file in a tarball. If the requested extension is that of the tarball itself, it says
  // nothing about the files inside; captures are then taken by their usual extensions.
  bool member_ending_fits(std::string_view tarball, std::string_view name) const noexcept;
  // With exact paths, whether this is one of them.
  bool path_fits(const std::string& path) const;
  // True if a matching extension alone is not sufficient.
  bool by_path() const noexcept { return exactly_ || pattern_; }

 private:
  NameChoice() = default;

  std::optional<std::unordered_set<std::string>> exactly_;
  std::vector<std::string> endings_;  // empty: the default
  std::optional<PathPattern> pattern_;
};

// Checks the default extensions.
bool is_capture_name(std::string_view name) noexcept;

// Removes the extension for compression, if there is one: "x.pcap" for "x.pcap.gz".
std::string_view without_compression(std::string_view name) noexcept;

}  // namespace gophercap::dataset
