#include "cli/options/option_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>

#include "base/words.h"
#include "cli/options/values.h"

namespace gophercap::cli {

Result<LateWords> parse_late(std::string_view text) {
  constexpr Nanos kDefaultLimit = std::chrono::milliseconds(1);
  const size_t equals = text.find('=');
  const std::string_view word = text.substr(0, equals);
  LateWords words;
  const std::optional<replay::LatePolicy> policy = value_of_word<replay::LatePolicy>(word);
  if (policy == replay::LatePolicy::kCatchUp && equals == std::string_view::npos) return words;
  if (policy && *policy != replay::LatePolicy::kCatchUp) {
    words = {*policy, kDefaultLimit};
    if (equals != std::string_view::npos) {
      TRY(words.limit, parse_duration(text.substr(equals + 1)));
    }
    if (words.limit >= Nanos{0}) return words;
  }
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("\"{}\" is not one of catch-up, slip, slip=D, drop, drop=D", text)};
}

Result<replay::ClockSteps> parse_clock_steps(std::string_view text) {
  const size_t equals = text.find('=');
  const std::string_view word = text.substr(0, equals);
  if (text == "keep") return replay::ClockSteps{};
  replay::ClockSteps steps{.follow = true, .ahead = equals != std::string_view::npos};
  if (word == "follow" && steps.ahead) {
    TRY(steps.limit, parse_duration(text.substr(equals + 1)));
  }
  if (word == "follow" && steps.limit > Nanos{0}) return steps;
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("\"{}\" is not one of keep, follow, follow=D (above zero)", text)};
}

Result<LatenessLimit> parse_lateness_limit(std::string_view text) {
  const Error wrong{Errc::kInvalidArgument, 0,
                    fmt::format("\"{}\" is not of the form p99=50us or max=1ms", text)};
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return wrong;
  const std::string_view which = text.substr(0, equals);
  LatenessLimit limit{.text = std::string(text)};
  if (which != "max") {
    if (!which.starts_with('p')) return wrong;
    double percent = 0;
    const auto [end, error] = std::from_chars(which.data() + 1, which.data() + which.size(),
                                              percent, std::chars_format::fixed);
    if (error != std::errc{} || end != which.data() + which.size() || !(percent > 0) ||
        percent > 100) {
      return wrong;
    }
    limit.quantile = percent / 100;
  }
  const auto duration = parse_duration(text.substr(equals + 1));
  if (!duration || *duration < Nanos{0}) return wrong;
  limit.limit = *duration;
  return limit;
}

Result<replay::Limit> parse_limit(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  replay::Limit limit;
  if (const auto packets = parse_integer(text); packets && std::ranges::all_of(text, is_digit)) {
    limit.packets = static_cast<uint64_t>(*packets);
  } else if (const auto time = parse_duration(text); time && *time >= Nanos{0}) {
    limit.time = *time;
  } else if (const auto bytes = parse_size(text); bytes && !std::ranges::all_of(text, is_digit)) {
    limit.bytes = *bytes;
  } else {
    return Error{
        Errc::kInvalidArgument, 0,
        fmt::format("\"{}\" is not a number of packets (1000), a size (10M) or a time (30s)",
                    text)};
  }
  if (limit.packets == 0 || limit.bytes == 0 || limit.time == Nanos{0})
    return Error{Errc::kInvalidArgument, 0, "must be above zero"};
  return limit;
}

Result<OutWords> parse_out(std::string_view text) {
  // The name of an interface contains no colon.
  if (text.find(':') == std::string_view::npos) return OutWords{.interface = std::string(text)};
  OutWords words;
  TRY(words.tunnel, transmit::parse_tunnel(text));
  return words;
}

}  // namespace gophercap::cli
