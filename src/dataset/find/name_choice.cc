#include "dataset/find/name_choice.h"

#include <algorithm>
#include <array>
#include <utility>

#include "io/compression.h"

namespace gophercap::dataset {
namespace {

constexpr std::array<std::string_view, 3> kDefaultEndings = {".pcap", ".pcapng", ".cap"};

bool ends_with_any_case(std::string_view name, std::string_view lower_ending) {
  if (name.size() < lower_ending.size()) return false;
  const std::string_view tail = name.substr(name.size() - lower_ending.size());
  return std::equal(tail.begin(), tail.end(), lower_ending.begin(), [](char c, char lower) {
    return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == lower;
  });
}

}  // namespace

bool is_capture_name(std::string_view name) noexcept {
  const std::string_view plain = without_compression(name);
  return std::any_of(kDefaultEndings.begin(), kDefaultEndings.end(),
                     [&](std::string_view ending) { return ends_with_any_case(plain, ending); });
}

std::string_view without_compression(std::string_view name) noexcept {
  return name.substr(0, name.size() - io::compression_ending(name).size());
}

Result<NameChoice> NameChoice::make(const std::vector<std::string>& suffixes,
                                    const std::string& regexp) {
  NameChoice choice;
  for (const std::string& suffix : suffixes) {
    const bool dotted = suffix.empty() || suffix.front() == '.';
    choice.endings_.push_back(dotted ? suffix : '.' + suffix);
  }
  if (regexp.empty()) return choice;
  Result<PathPattern> pattern = PathPattern::make(regexp);
  if (!pattern) return pattern.error().with_context("regular expression \"" + regexp + "\"");
  choice.pattern_ = *std::move(pattern);
  return choice;
}

NameChoice NameChoice::exactly(std::unordered_set<std::string> paths) {
  NameChoice choice;
  choice.exactly_ = std::move(paths);
  return choice;
}

bool NameChoice::ending_fits(std::string_view name) const noexcept {
  if (exactly_) return true;
  if (endings_.empty()) return is_capture_name(name);
  return std::any_of(endings_.begin(), endings_.end(),
                     [&](const std::string& ending) { return name.ends_with(ending); });
}

bool NameChoice::member_ending_fits(std::string_view tarball,
                                    std::string_view name) const noexcept {
  return ending_fits(name) || (!endings_.empty() && ending_fits(tarball) && is_capture_name(name));
}

bool NameChoice::path_fits(const std::string& path) const {
  if (exactly_) return exactly_->contains(path);
  return !pattern_ || pattern_->matches(path);
}

}  // namespace gophercap::dataset
