#include "jobs/metrics/metrics_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace gophercap::jobs {

Result<MetricsTarget> parse_metrics_target(std::string_view text) {
  constexpr std::string_view kLoopback = "127.0.0.1";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const size_t colon = text.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const bool address = !port.empty() && std::ranges::all_of(port, is_digit) &&
                       text.find('/') == std::string_view::npos;
  if (!address) return MetricsTarget{.path = std::string(text)};
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc{} || number == 0)
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("\"{}\": the port must be from 1 to 65535", text)};
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return MetricsTarget{.host = std::string(host.empty() ? kLoopback : host),
                       .port = fmt::format("{}", number)};
}

}  // namespace gophercap::jobs
