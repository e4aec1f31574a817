// Which names are those of captures that are wanted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "dataset/find/path_pattern.h"

namespace gophercap::dataset {

// Thread-safe once made.
class NameChoice {
 public:
  // `suffixes` and `regexp` as in Selection. Fails with kInvalidArgument (regexp).
  static Result<NameChoice> make(const std::vector<std::string>& suffixes,
                                 const std::string& regexp);
  // Just these paths.
  static NameChoice exactly(std::unordered_set<std::string> paths);

  bool ending_fits(std::string_view name) const noexcept;
  // Of a file in a tarball. Where the ending that was asked for is that of the tarball, it says
  // nothing of what lies in it: captures are taken by their usual endings then.
  bool member_ending_fits(std::string_view tarball, std::string_view name) const noexcept;
  // Of paths given exactly, whether it is one of them.
  bool path_fits(const std::string& path) const;
  // Not everything with an ending that fits is taken.
  bool by_path() const noexcept { return exactly_ || pattern_; }

 private:
  NameChoice() = default;

  std::optional<std::unordered_set<std::string>> exactly_;
  std::vector<std::string> endings_;  // empty: the default
  std::optional<PathPattern> pattern_;
};

// By the endings that are taken by default.
bool is_capture_name(std::string_view name) noexcept;

// "x.pcap" of "x.pcap.gz": without the ending of a compression, where it has one.
std::string_view without_compression(std::string_view name) noexcept;

}  // namespace gophercap::dataset
