// The lines by which a running replay is controlled (docs/formats/control.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "base/words.h"
#include "replay/control.h"

namespace gophercap::jobs {

// The longest line, without its end.
inline constexpr size_t kLongestControlLine = 4096;

struct ControlCommand {
  enum class Kind : uint8_t { kStatus, kPause, kResume, kStep, kSpeed, kSeek, kStop };
  Kind kind = Kind::kStatus;
  uint64_t packets = 1;            // kStep
  Ratio speed{};                   // kSpeed
  std::optional<Nanos> seek_by{};  // kSeek: from the position, or …
  CaptureTime seek_to{};           // … an absolute time
};
constexpr auto words_of(ControlCommand::Kind) noexcept {
  using Kind = ControlCommand::Kind;
  return std::to_array<Word<Kind>>({{Kind::kStatus, "status"},
                                    {Kind::kPause, "pause"},
                                    {Kind::kResume, "resume"},
                                    {Kind::kStep, "step"},
                                    {Kind::kSpeed, "speed"},
                                    {Kind::kSeek, "seek"},
                                    {Kind::kStop, "stop"}});
}

// Parses `step 3` or {"command":"step","value":3}. Fails with kInvalidArgument.
Result<ControlCommand> parse_control_line(std::string_view line);

// Parses a command that is given as its word and its value ("" if there is none).
Result<ControlCommand> parse_control_command(std::string_view word, std::string_view value);

// Carries out a line and returns the answer, a JSON object with a line end.
std::string answer_control_line(std::string_view line, replay::Control& control);

// The answer to a line that cannot be carried out.
std::string control_error(std::string_view what);

struct ControlAnswer {
  bool ok = false;
  std::string error;  // if not ok
};
// Parses an answer, without its line end. Fails with kCorrupt.
Result<ControlAnswer> parse_control_answer(std::string_view line);

}  // namespace gophercap::jobs
