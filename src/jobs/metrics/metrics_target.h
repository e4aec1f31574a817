// Where the figures of a running replay go (--metrics).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gophercap::jobs {

struct MetricsTarget {
  std::string path{};  // of the file that is replaced; empty: they are served
  std::string host{};  // a name or a numeric address
  std::string port{};

  bool is_file() const noexcept { return !path.empty(); }
};

// "127.0.0.1:9464", "[::1]:9464", "localhost:9464", ":9464" (the loopback interface); anything
// else, and what contains a slash, is the path of a file. Fails if the port is not one of TCP.
Result<MetricsTarget> parse_metrics_target(std::string_view text);

}  // namespace gophercap::jobs
