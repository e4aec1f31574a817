#include "cli/options/option_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/words.h"
#include "cli/options/values.h"
#include "rewrite/network/rule_text.h"
#include "transmit/link/interface.h"

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

namespace {

std::vector<std::string> parts_of(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

Result<> check_interfaces(const OutWords& words, std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return Error{Errc::kInvalidArgument, 0, fmt::format("\"{}\" {}", text, why)};
  };
  std::vector<std::string> names = words.interfaces;
  if (words.by_side && (names.size() != 2 || text.find('+') != std::string_view::npos))
    return wrong("is not one interface for clients and one for servers, like eth1,eth2");
  std::ranges::sort(names);
  if (names.front().empty()) return wrong("lacks the name of an interface");
  if (std::ranges::adjacent_find(names) != names.end()) return wrong("has an interface twice");
  return {};
}

}  // namespace

Result<OutWords> parse_out(std::string_view text) {
  OutWords words;
  // The name of an interface contains no colon.
  if (text.find(':') != std::string_view::npos) {
    TRY(words.tunnel, transmit::parse_tunnel(text));
    return words;
  }
  const size_t separator = text.find_first_of(",+");
  if (separator == std::string_view::npos || transmit::inspect_interface(std::string(text))) {
    words.interfaces = {std::string(text)};
    return words;
  }
  words.by_side = text.find(',') != std::string_view::npos;
  words.interfaces = parts_of(text, words.by_side ? ',' : '+');
  TRY_VOID(check_interfaces(words, text));
  return words;
}

Result<jobs::SplitRule> parse_split(std::string_view text) {
  constexpr std::string_view kNet = "client-net=";
  constexpr std::string_view kMac = "mac=";
  jobs::SplitRule rule;
  if (text == "auto") return rule;
  if (text.starts_with(kNet)) {
    for (const std::string& part : parts_of(text.substr(kNet.size()), ';')) {
      TRY(const rewrite::Prefix net, rewrite::parse_prefix(part));
      rule.client_nets.push_back(net);
    }
    return rule;
  }
  if (text.starts_with(kMac)) {
    for (const std::string& part : parts_of(text.substr(kMac.size()), ';')) {
      TRY(const rewrite::MacAddress station, rewrite::parse_mac(part));
      rule.client_stations.push_back(station);
    }
    return rule;
  }
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("\"{}\" is not auto, client-net=PREFIX or mac=MAC", text)};
}

}  // namespace gophercap::cli
