#include "cli/text/units.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace gophercap::cli {
namespace {

// Three significant digits.
std::string three_digits(double n) {
  return n >= 100  ? fmt::format("{:.0f}", n)
         : n >= 10 ? fmt::format("{:.1f}", n)
                   : fmt::format("{:.2f}", n);
}

}  // namespace

std::string group_digits(uint64_t n) {
  std::string digits = fmt::format("{}", n);
  for (size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string human_number(double n, std::string_view unit) {
  constexpr std::array<std::string_view, 7> kPrefixes = {"", "k", "M", "G", "T", "P", "E"};
  size_t prefix = 0;
  // 999.5 would be printed as 1000.
  while (n >= 999.5 && prefix + 1 < kPrefixes.size()) {
    n /= 1000;
    ++prefix;
  }
  return fmt::format("{} {}{}", three_digits(n), kPrefixes[prefix], unit);
}

std::string human_bytes(uint64_t bytes) {
  return bytes < 1000 ? fmt::format("{} B", bytes) : human_number(static_cast<double>(bytes), "B");
}

std::string human_duration(Nanos d) {
  using namespace std::chrono_literals;
  // A saturated value must not look like a real one.
  if (d == Nanos::max()) return "more than 292 years";
  if (d == Nanos::min()) return "-(more than 292 years)";
  const Nanos size = d < Nanos{0} ? -d : d;
  if (size >= 48h) {
    // chrono's round() multiplies by an hour afterwards, which would overflow.
    constexpr uint64_t kHour = 3'600'000'000'000;
    const uint64_t hours = (static_cast<uint64_t>(size.count()) + kHour / 2) / kHour;
    return fmt::format("{}{}d{}h", d < Nanos{0} ? "-" : "", hours / 24, hours % 24);
  }
  if (size >= 1h) return format_duration(std::chrono::round<std::chrono::seconds>(d));
  if (size >= 1s) return format_duration(std::chrono::round<std::chrono::milliseconds>(d));
  if (size >= 1ms) return format_duration(std::chrono::round<std::chrono::microseconds>(d));
  return format_duration(d);
}

std::string human_time(CaptureTime t) {
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(t));
  if (!text.empty() && text.back() == 'Z') text.pop_back();
  if (const size_t separator = text.find('T'); separator != std::string::npos)
    text[separator] = ' ';
  return text;
}

std::string quantiles_text(const Histogram& durations) {
  const auto at = [&](double q) { return human_duration(Nanos(durations.quantile(q))); };
  return fmt::format("p50 {}, p99 {}, p99.9 {}, max {}", at(0.5), at(0.99), at(0.999),
                     human_duration(Nanos(durations.max())));
}

double per_second(uint64_t n, Nanos d) {
  return d <= Nanos{0} ? 0 : static_cast<double>(n) * 1e9 / static_cast<double>(d.count());
}

std::string counted(uint64_t n, std::string_view singular) {
  return fmt::format("{} {}{}", group_digits(n), singular, n == 1 ? "" : "s");
}

}  // namespace gophercap::cli
