#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "jobs/metrics/metrics_target.h"
#include "jobs/metrics/metrics_text.h"

namespace gophercap::jobs {
namespace {

using namespace std::chrono_literals;

TEST(MetricsTarget, IsAnAddressIfItEndsWithAPort) {
  const auto address = [](std::string_view text) {
    const Result<MetricsTarget> target = parse_metrics_target(text);
    return target ? target->host + " " + target->port + " " + target->path : target.error().what;
  };
  EXPECT_EQ(address("127.0.0.1:9464"), "127.0.0.1 9464 ");
  EXPECT_EQ(address(":9464"), "127.0.0.1 9464 ");
  EXPECT_EQ(address("localhost:1"), "localhost 1 ");
  EXPECT_EQ(address("[::1]:65535"), "::1 65535 ");
  EXPECT_EQ(address("replay.prom"), "  replay.prom");
  EXPECT_EQ(address("./a:1"), "  ./a:1");
  EXPECT_EQ(address("a:b"), "  a:b");
  EXPECT_EQ(address("a:"), "  a:");
  for (const char* text : {"host:0", "host:65536", "host:99999999999999999999"})
    EXPECT_FALSE(parse_metrics_target(text)) << text;
}

ReplayMetrics some_metrics() {
  ReplayMetrics metrics;
  metrics.now.accounts.read = 12;
  metrics.now.accounts.sent = 7;
  metrics.now.accounts.sent_bytes = 4200;
  metrics.now.accounts.skipped_too_long = 3;
  metrics.now.accounts.failed = 2;
  metrics.now.accounts.segmented = 1;
  metrics.now.lateness.quantiles = {1us, 2us, 30us, 400us, 5ms};
  metrics.now.position = capture_time(1'600'000'000'500'000'000);
  metrics.packets_total = 100;
  return metrics;
}

TEST(MetricsText, HasTheFigures) {
  const std::string text = metrics_text(some_metrics());
  for (const char* line :
       {"gophercap_running 1\n", "gophercap_packets_read_total 12\n",
        "gophercap_packets_sent_total 7\n", "gophercap_bytes_sent_total 4200\n",
        "gophercap_packets_not_sent_total{reason=\"too_long\"} 3\n",
        "gophercap_packets_not_sent_total{reason=\"failed\"} 2\n",
        "gophercap_packets_not_sent_total{reason=\"link_type\"} 0\n",
        "gophercap_packets_changed_total{change=\"segmented\"} 1\n",
        "gophercap_lateness_seconds{quantile=\"0.99\"} 3e-05\n",
        "gophercap_lateness_seconds{quantile=\"1\"} 0.005\n", "gophercap_packets_planned 100\n",
        "gophercap_position_seconds 1600000000.5\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

// Each metric has its help and type once, before its samples.
TEST(MetricsText, HasTheFormOfPrometheus) {
  const std::regex sample(
      R"(([a-z_]+)(\{[a-z]+="[a-z0-9_.]+"\})? -?[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?)");
  const std::regex comment(R"(# (HELP|TYPE) ([a-z_]+) .+)");
  std::istringstream lines(metrics_text(some_metrics()));
  std::set<std::string> described;
  std::set<std::string> seen;
  std::string current;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, comment)) {
      EXPECT_TRUE(described.insert(match[1].str() + match[2].str()).second) << line;
      current = match[2];
      continue;
    }
    ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
    EXPECT_EQ(match[1], current);
    EXPECT_TRUE(seen.insert(match[1].str() + match[2].str()).second) << line;
  }
  EXPECT_GT(seen.size(), 30u);
}

}  // namespace
}  // namespace gophercap::jobs
