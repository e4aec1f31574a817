// What is done about packets that are too long for where they go.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/words.h"

namespace gophercap::jobs {

enum class Oversize : uint8_t { kSegment, kFragment, kTruncate, kSkip, kFail };
constexpr auto words_of(Oversize) noexcept {
  return std::to_array<Word<Oversize>>({{Oversize::kSegment, "segment"},
                                        {Oversize::kFragment, "fragment"},
                                        {Oversize::kTruncate, "truncate"},
                                        {Oversize::kSkip, "skip"},
                                        {Oversize::kFail, "fail"}});
}

struct OversizeOptions {
  Oversize policy = Oversize::kSegment;
  bool ignore_dont_fragment = false;
  bool fix_lengths = false;  // of what is truncated
};

}  // namespace gophercap::jobs
