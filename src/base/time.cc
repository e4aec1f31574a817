#include "base/time.h"

#include <fmt/format.h>
#include <time.h>

#include <array>
#include <iterator>
#include <limits>

namespace gophercap {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

// Returns false if the result does not fit into 64 bits.
bool seconds_to_nanos(int64_t seconds, int64_t fraction_ns, int64_t& out) {
  // The fraction is never negative. In the earliest second of the range only the sum fits into 64
  // bits, not the product.
  const __int128 wide = static_cast<__int128>(seconds) * kNanosPerSecond + fraction_ns;
  if (wide < std::numeric_limits<int64_t>::min() || wide > std::numeric_limits<int64_t>::max()) {
    return false;
  }
  out = static_cast<int64_t>(wide);
  return true;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Parses text from the front. Every method returns whether it found what it expects.
struct Scanner {
  std::string_view rest;

  bool literal(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool digits(size_t count, int& value) {
    if (rest.size() < count) return false;
    int v = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!is_digit(rest[i])) return false;
      v = v * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    value = v;
    return true;
  }
  // ".123": at least one digit. Digits after the ninth are below a nanosecond and are dropped.
  bool fraction(int64_t& nanos) {
    nanos = 0;
    if (!literal('.')) return true;
    if (rest.empty() || !is_digit(rest.front())) return false;
    int64_t unit = kNanosPerSecond / 10;
    for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1), unit /= 10) {
      nanos += (rest.front() - '0') * unit;
    }
    return true;
  }
  // "Z", "+02:00", "-03:30"
  bool zone(int64_t& offset_seconds) {
    offset_seconds = 0;
    if (literal('Z') || literal('z')) return true;
    const bool east = literal('+');
    if (!east && !literal('-')) return false;
    int hours = 0;
    int minutes = 0;
    if (!digits(2, hours) || !literal(':') || !digits(2, minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    offset_seconds = (east ? 1 : -1) * (int64_t{hours} * 3600 + int64_t{minutes} * 60);
    return true;
  }
};

// not_a_time() and not_a_duration() quote only the beginning of the text, which may come from a
// file and have any length.
Error not_a_time(std::string_view text, std::string_view why) {
  return {Errc::kInvalidArgument, 0,
          fmt::format("\"{}\" is not a time: {}", text.substr(0, 64), why)};
}

Error not_a_duration(std::string_view text, std::string_view why) {
  return {Errc::kInvalidArgument, 0,
          fmt::format("\"{}\" is not a duration: {}", text.substr(0, 64), why)};
}

struct Unit {
  std::string_view name;
  uint64_t nanos;
};
constexpr std::array<Unit, 8> kUnits = {{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},  // micro sign
    {"\u03bcs", 1'000},  // Greek letter mu
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

constexpr uint64_t kLimit = uint64_t{1} << 63;  // magnitude of the smallest duration

// Parses one term such as "1.5h" at the front of `rest` and adds it to `total`. Returns an error
// text, or nullptr.
const char* take_term(std::string_view& rest, uint64_t& total) {
  uint64_t whole = 0;
  size_t i = 0;
  for (; i < rest.size() && is_digit(rest[i]); ++i) {
    const auto digit = static_cast<uint64_t>(rest[i] - '0');
    if (whole > kLimit / 10 || whole * 10 + digit > kLimit) return "too long";
    whole = whole * 10 + digit;
  }
  size_t digit_count = i;
  uint64_t fraction = 0;
  double scale = 1;
  if (i < rest.size() && rest[i] == '.') {
    bool full = false;  // further digits would not change the result
    for (++i; i < rest.size() && is_digit(rest[i]); ++i, ++digit_count) {
      full = full || fraction > (kLimit - 1) / 10;
      if (full) continue;
      fraction = fraction * 10 + static_cast<uint64_t>(rest[i] - '0');
      scale *= 10;
    }
  }
  if (digit_count == 0) return "a number is missing";

  const size_t unit_begin = i;
  while (i < rest.size() && rest[i] != '.' && !is_digit(rest[i])) ++i;
  const std::string_view name = rest.substr(unit_begin, i - unit_begin);
  if (name.empty()) return "a unit is missing (ns, us, ms, s, m, h)";
  uint64_t unit = 0;
  for (const Unit& known : kUnits) {
    if (known.name == name) unit = known.nanos;
  }
  if (unit == 0) return "unknown unit (known: ns, us, ms, s, m, h)";

  if (whole > kLimit / unit) return "too long";
  uint64_t value = whole * unit;
  if (fraction > 0) {
    // Floating point matches Go, which rounds "0.3333333333333333333h" to 20 minutes. It is exact
    // for every fraction that format_duration() writes, because unit / scale is an integer there.
    value +=
        static_cast<uint64_t>(static_cast<double>(fraction) * (static_cast<double>(unit) / scale));
  }
  if (value > kLimit - total) return "too long";
  total += value;
  rest.remove_prefix(i);
  return nullptr;
}

// Formats 1500 thousandths as "1.5", without trailing zeros.
std::string decimal(uint64_t value, uint64_t unit) {
  std::string text = fmt::format("{}", value / unit);
  uint64_t fraction = value % unit;
  if (fraction == 0) return text;
  text += '.';
  for (unit /= 10; fraction > 0; unit /= 10) {
    text += static_cast<char>('0' + fraction / unit);
    fraction %= unit;
  }
  return text;
}

}  // namespace

SendClock::time_point SendClock::now() noexcept {
  timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return time_point(Nanos(int64_t{ts.tv_sec} * kNanosPerSecond + int64_t{ts.tv_nsec}));
}

std::string format_rfc3339(CaptureTime t) {
  const int64_t ns = ns_of(t);
  int64_t seconds = ns / kNanosPerSecond;
  int64_t fraction = ns % kNanosPerSecond;
  if (fraction < 0) {
    fraction += kNanosPerSecond;
    --seconds;
  }
  const std::chrono::sys_seconds when{std::chrono::seconds(seconds)};
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<std::chrono::seconds> clock(when - day);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (fraction != 0) {
    fmt::format_to(std::back_inserter(text), ".{:09}", fraction);
    text.erase(text.find_last_not_of('0') + 1);
  }
  text += 'Z';
  return text;
}

Result<CaptureTime> parse_time(std::string_view text) {
  constexpr std::string_view kExpected =
      "expected 2006-01-02T15:04:05Z or 2006-01-02 15:04:05 (UTC), a fraction is allowed";
  Scanner in{text};
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int64_t fraction = 0;
  int64_t offset = 0;
  if (!in.digits(4, year) || !in.literal('-') || !in.digits(2, month) || !in.literal('-') ||
      !in.digits(2, day)) {
    return not_a_time(text, kExpected);
  }
  const bool spaced = in.literal(' ');
  if (!spaced && !in.literal('T') && !in.literal('t')) return not_a_time(text, kExpected);
  if (!in.digits(2, hour) || !in.literal(':') || !in.digits(2, minute) || !in.literal(':') ||
      !in.digits(2, second) || !in.fraction(fraction)) {
    return not_a_time(text, kExpected);
  }
  const bool zone_may_be_left_out = spaced;
  if (!(zone_may_be_left_out && in.rest.empty()) && !in.zone(offset)) {
    return not_a_time(text, kExpected);
  }
  if (!in.rest.empty()) return not_a_time(text, kExpected);

  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return not_a_time(text, "there is no such day");
  // Leap seconds are not accepted: captures use POSIX time, which has none.
  if (hour > 23 || minute > 59 || second > 59) return not_a_time(text, "there is no such hour");

  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t of_day = int64_t{hour} * 3600 + int64_t{minute} * 60 + second;
  int64_t ns = 0;
  if (!seconds_to_nanos(days * 86400 + of_day - offset, fraction, ns)) {
    return not_a_time(text, "outside of 1677-09-21 to 2262-04-11, which nanoseconds can count");
  }
  return capture_time(ns);
}

std::string format_duration(Nanos d) {
  const int64_t ns = d.count();
  if (ns == 0) return "0s";
  // Negated as unsigned because the smallest value has no positive counterpart.
  const uint64_t magnitude = ns < 0 ? -static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  std::string text = ns < 0 ? "-" : "";
  if (magnitude < 1'000) return text + fmt::format("{}ns", magnitude);
  if (magnitude < 1'000'000) return text + decimal(magnitude, 1'000) + "\u00b5s";
  if (magnitude < 1'000'000'000) return text + decimal(magnitude, 1'000'000) + "ms";
  constexpr uint64_t kMinute = 60'000'000'000;
  const uint64_t minutes = magnitude / kMinute;
  if (minutes >= 60) text += fmt::format("{}h", minutes / 60);
  if (minutes > 0) text += fmt::format("{}m", minutes % 60);
  return text + decimal(magnitude % kMinute, 1'000'000'000) + "s";
}

Result<Nanos> parse_duration(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") return Nanos(0);
  if (rest.empty()) return not_a_duration(text, "a number is missing");
  uint64_t total = 0;
  while (!rest.empty()) {
    if (const char* why = take_term(rest, total)) return not_a_duration(text, why);
  }
  if (total == kLimit && !negative) return not_a_duration(text, "too long");
  return Nanos(static_cast<int64_t>(negative ? -total : total));
}

}  // namespace gophercap
