// A Reporter that records what it is told.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "jobs/reporter.h"

namespace gophercap::testing {

class QuietReporter final : public jobs::Reporter {
 public:
  std::vector<std::string> notes;
  std::vector<std::string> warnings;

  void info(std::string_view line) override { notes.emplace_back(line); }
  void warning(std::string_view line) override { warnings.emplace_back(line); }

  // Returns whether any of `lines` contains `text`.
  static bool mentions(const std::vector<std::string>& lines, std::string_view text) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }
};

}  // namespace gophercap::testing
