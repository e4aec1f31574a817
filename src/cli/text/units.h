// Formats numbers for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/histogram.h"
#include "base/time.h"

namespace gophercap::cli {

std::string group_digits(uint64_t n);     // 1,234,567
std::string human_bytes(uint64_t bytes);  // 999 B, 1.23 kB, 45.6 GB: steps of 1000
std::string human_number(double n, std::string_view unit);  // 1.23 Mpps for (1.23e6, "pps")
std::string human_duration(Nanos d);  // Go's format, rounded: 1.234s, 1h2m3s; from 48 hours on
                                      // 3d2h
// "p50 2µs, p99 10µs, p99.9 30µs, max 1ms"
std::string quantiles_text(const Histogram& durations);
std::string human_time(CaptureTime t);   // 2020-09-28 08:00:00, in UTC, whole seconds
double per_second(uint64_t n, Nanos d);  // 0 if no time has passed
std::string counted(uint64_t n, std::string_view singular);  // "1 file", "2,000 files"

}  // namespace gophercap::cli
