#include "dataset/find/same_capture.h"

#include <string_view>
#include <tuple>
#include <unordered_map>

#include "dataset/find/name_choice.h"

namespace gophercap::dataset {
namespace {

auto figures(const FileSummary& file) {
  return std::tie(file.packets, file.captured_bytes, file.wire_bytes, file.first, file.last,
                  file.min, file.max, file.out_of_order, file.max_captured_bytes);
}

}  // namespace

std::vector<SameCapture> captures_under_two_names(const DatasetSummary& set) {
  std::vector<SameCapture> found;
  std::unordered_map<std::string_view, const FileSummary*> by_name;
  for (const FileSummary& file : set.files) {
    if (file.empty()) continue;
    const auto [known, is_new] = by_name.emplace(without_compression(file.path), &file);
    if (!is_new && figures(*known->second) == figures(file))
      found.push_back({known->second, &file});
  }
  return found;
}

}  // namespace gophercap::dataset
