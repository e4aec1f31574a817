// The exit status of the process. The documentation and every --help show the same numbers.
#pragma once

#include <cstdint>

namespace gophercap::cli {

enum class ExitCode : uint8_t {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kIncomplete = 3,    // done, but inputs were damaged, packets were skipped or failed without being
                      // asked for, or (verify) packets were lost, duplicated or reordered
  kNothingFound = 4,  // no input matched
  kBug = 70,          // a bug in gophercap; EX_SOFTWARE of sysexits.h
};

// Returns the worse of two outcomes. That is not always the larger number: "failed" (1) is worse
// than "done, but…" (3) and "nothing found" (4).
constexpr ExitCode merge(ExitCode a, ExitCode b) noexcept {
  constexpr auto kWeight = [](ExitCode code) {
    switch (code) {
      case ExitCode::kOk:
        return 0;
      case ExitCode::kIncomplete:
        return 1;
      case ExitCode::kNothingFound:
        return 2;
      case ExitCode::kFailed:
        return 3;
      case ExitCode::kUsage:
        return 4;
      case ExitCode::kBug:
        return 5;
    }
    return 5;
  };
  return kWeight(a) >= kWeight(b) ? a : b;
}

constexpr int to_int(ExitCode code) noexcept {
  return static_cast<int>(code);
}

}  // namespace gophercap::cli
