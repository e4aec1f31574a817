#include "cli/text/verify_report.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "cli/text/lines_for_test.h"

namespace gophercap::cli {
namespace {

using namespace std::chrono_literals;

constexpr TextOptions kPipe{false, 80};

TEST(VerifyReport, TellsWhatIsWrongAndByHowMuch) {
  verify::VerifyResult result;
  result.plan.accounts.skipped_too_long = 3;
  result.mtu = 1500;
  result.packets_sent = 1999;
  result.compared_bytes = 96;
  result.damaged_captures.push_back({"x\x1b.pcap", {12, Errc::kCorrupt, "broken"}});
  verify::Arrivals& a = result.arrivals;
  a = {.expected = 2000,
       .arrived = 1995,
       .lost = 5,
       .duplicated = 1,
       .unexpected = 7,
       .reordered = 2,
       .reorder_extent = 4,
       .reorder_late_time = 30us,
       .cut = 1000,
       .padded = 8,
       .vlan_tags_restored = 9,
       .first_lost = {{1233, 5ms}},
       .early = 1,
       .drift = -3us,
       .planned_duration = 10s,
       .duration = 10s + 2ms};
  a.offset_error.record(2000);
  a.gap_error.record(3000);
  a.lateness.record(4000);
  const std::string text = verify_report(result, kPipe);
  for (const std::string_view line :
       {"expected    2,000 packets; 3 that no interface of MTU 1500 takes are not included\n",
        "sent        1,999 packets, according to the report of the replay\n",
        "arrived     1,995 packets; 1,000 compared in their first 96 bytes and length only; 8 "
        "padded; 9 without their VLAN tag\n",
        "lost        5 packets; the first is number 1,234, due after 5ms\n",
        "duplicated  1 packet\n", "reordered   2 packets, by at most 4 packets and 30µs\n",
        "unexpected  7 packets not in the plan\n", "took        10.002s (planned 10s)\n",
        "offset      p50 2µs, p99 2µs, p99.9 2µs, max 2µs off the median\n",
        "gaps        p50 3µs, p99 3µs, p99.9 3µs, max 3µs longer or shorter\n",
        "drift       -3µs\n",
        "lateness    p50 4µs, p99 4µs, p99.9 4µs, max 4µs, by the sender's clock\n",
        "early       1 packet before they were due: the clocks differ\n",
        "Damage in what was captured (what comes before it is used):\n"
        "  x\\x1b.pcap: byte 12: broken\n"}) {
    EXPECT_TRUE(contains(text, line)) << line << "in\n" << text;
  }
}

TEST(VerifyReport, LeavesOutWhatDidNotHappen) {
  verify::VerifyResult result;
  result.arrivals.expected = result.arrivals.lost = 2;
  const std::string text = verify_report(result, kPipe);
  for (const std::string_view word :
       {"sent", "took", "offset", "gaps", "lateness", "Damage", "padded", "first"}) {
    EXPECT_FALSE(contains(text, word)) << word << " in\n" << text;
  }
}

}  // namespace
}  // namespace gophercap::cli
