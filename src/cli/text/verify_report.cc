#include "cli/text/verify_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/text/escape.h"
#include "cli/text/table.h"
#include "cli/text/trouble.h"
#include "cli/text/units.h"

namespace gophercap::cli {
namespace {

using verify::Arrivals;
using verify::VerifyResult;

void add_expected(std::vector<SummaryLine>& lines, const VerifyResult& result) {
  std::string text = counted(result.arrivals.expected, "packet");
  if (const uint64_t skipped = result.plan.accounts.skipped_by_target(); skipped > 0)
    text += fmt::format("; {} that no interface{} takes are not included", group_digits(skipped),
                        result.mtu ? fmt::format(" of MTU {}", *result.mtu) : "");
  lines.push_back({"expected", text});
  if (result.packets_sent && *result.packets_sent != result.arrivals.expected) {
    lines.push_back({"sent", counted(*result.packets_sent, "packet") +
                                 ", according to the report of the replay"});
  }
}

void add_arrived(std::vector<SummaryLine>& lines, const VerifyResult& result) {
  const Arrivals& a = result.arrivals;
  std::string text = counted(a.arrived, "packet");
  if (a.cut > 0)
    text += fmt::format("; {} compared in their first {} bytes and length only",
                        group_digits(a.cut), result.compared_bytes);
  if (a.padded > 0) text += fmt::format("; {} padded", group_digits(a.padded));
  if (a.vlan_tags_restored > 0)
    text += fmt::format("; {} without their VLAN tag", group_digits(a.vlan_tags_restored));
  lines.push_back({"arrived", text});
}

void add_faults(std::vector<SummaryLine>& lines, const Arrivals& a) {
  std::string lost = counted(a.lost, "packet");
  if (!a.first_lost.empty()) {
    lost += fmt::format("; the first is number {}, due after {}",
                        group_digits(a.first_lost.front().place + 1),
                        human_duration(a.first_lost.front().due));
  }
  lines.push_back({"lost", lost});
  lines.push_back({"duplicated", counted(a.duplicated, "packet")});
  std::string reordered = counted(a.reordered, "packet");
  if (a.reordered > 0)
    reordered += fmt::format(", by at most {} and {}", counted(a.reorder_extent, "packet"),
                             human_duration(a.reorder_late_time));
  lines.push_back({"reordered", reordered});
  lines.push_back({"unexpected",
                   counted(a.unexpected, "packet") + (a.unexpected > 0 ? " not in the plan" : "")});
}

void add_times(std::vector<SummaryLine>& lines, const Arrivals& a) {
  lines.push_back({"took", fmt::format("{} (planned {})", human_duration(a.duration),
                                       human_duration(a.planned_duration))});
  lines.push_back({"offset", quantiles_text(a.offset_error) + " off the median"});
  if (a.gap_error.count() > 0)
    lines.push_back({"gaps", quantiles_text(a.gap_error) + " longer or shorter"});
  lines.push_back({"drift", human_duration(a.drift)});
  if (a.lateness.count() == 0) return;
  lines.push_back({"lateness", quantiles_text(a.lateness) + ", by the sender's clock"});
  if (a.early > 0)
    lines.push_back(
        {"early", counted(a.early, "packet") + " before they were due: the clocks differ"});
}

}  // namespace

std::string verify_report(const VerifyResult& result, const TextOptions& options) {
  std::vector<SummaryLine> lines;
  add_expected(lines, result);
  add_arrived(lines, result);
  add_faults(lines, result.arrivals);
  if (result.arrivals.arrived > 0) add_times(lines, result.arrivals);
  std::string out = format_summary(lines);
  out += Troubles(result.plan.damaged).list(" in the set", options);
  out += Troubles(result.damaged_captures).list(" in what was captured", options);
  return out;
}

}  // namespace gophercap::cli
