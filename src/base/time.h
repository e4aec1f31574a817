// Two clocks that cannot be mixed: CaptureTime (time stamps of a capture) and SendTime (this
// machine, now). They cannot be compared or subtracted; only replay::Timeline converts between
// them. Durations are signed 64-bit nanoseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/saturating.h"

namespace gophercap {

using Nanos = std::chrono::nanoseconds;

// Time stamps of packets: nanoseconds since 1970-01-01 UTC (leap seconds as in POSIX), 1677 to
// 2262.
struct CaptureClock {
  using duration = Nanos;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CaptureClock>;
  static constexpr bool is_steady = false;
};
using CaptureTime = CaptureClock::time_point;

// CLOCK_MONOTONIC, the clock by which packets are sent.
struct SendClock {
  using duration = Nanos;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SendClock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};
using SendTime = SendClock::time_point;

inline constexpr CaptureTime capture_time(int64_t ns) noexcept {
  return CaptureTime(Nanos(ns));
}
inline constexpr int64_t ns_of(CaptureTime t) noexcept {
  return t.time_since_epoch().count();
}
inline constexpr int64_t ns_of(SendTime t) noexcept {
  return t.time_since_epoch().count();
}

// Sums that exceed 64 bits (292 years) saturate.
constexpr Nanos saturating_sum(Nanos a, Nanos b) noexcept {
  return Nanos(saturating_sum(a.count(), b.count()));
}
constexpr CaptureTime saturating_sum(CaptureTime t, Nanos shift) noexcept {
  return capture_time(saturating_sum(ns_of(t), shift.count()));
}

constexpr Nanos saturating_distance(CaptureTime from, CaptureTime to) noexcept {
  return Nanos(saturating_difference(ns_of(to), ns_of(from)));
}

// Returns RFC 3339 in UTC with a fraction without trailing zeros, as Go's RFC3339Nano:
// 2020-09-28T08:00:00.123456789Z.
std::string format_rfc3339(CaptureTime t);
// Accepts RFC 3339 (with any zone offset) and "2006-01-02 15:04:05[.fraction]" (UTC unless there is
// a zone). Every CaptureTime (1677-09-21 to 2262-04-11) can be formatted and parsed back; digits
// after the ninth are dropped. Fails with kInvalidArgument if the text is malformed or outside that
// range, such as Go's zero time (year 1).
Result<CaptureTime> parse_time(std::string_view text);

// Returns the format of Go's time.Duration: "1h30m0s", "250ms", "1.5s", "0s", "-3µs".
std::string format_duration(Nanos d);
// Parses the format of format_duration(), with "us", "µs" and "μs" alike. Fails with
// kInvalidArgument.
Result<Nanos> parse_duration(std::string_view text);

}  // namespace gophercap
