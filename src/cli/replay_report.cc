#include <fmt/format.h>

#include "cli/escape.h"
#include "cli/table.h"
#include "cli/text_report.h"
#include "cli/units.h"

namespace gophercap::cli {
namespace {

using replay::Accounts;
using replay::Report;

std::string sent_text(const Accounts& accounts) {
  std::string text =
      fmt::format("{}, {}", counted(accounts.sent, "packet"), human_bytes(accounts.sent_bytes));
  if (accounts.sent_cut > 0)
    text += fmt::format("; {} only as far as captured", group_digits(accounts.sent_cut));
  if (accounts.fcs_removed > 0)
    text +=
        fmt::format("; {} without their frame check sequence", group_digits(accounts.fcs_removed));
  return text;
}

std::string skipped_text(const Accounts& accounts) {
  std::vector<std::string> reasons;
  const auto add = [&](uint64_t n, std::string_view reason) {
    if (n > 0) reasons.push_back(fmt::format("{} {}", group_digits(n), reason));
  };
  add(accounts.skipped_link_type, "not Ethernet");
  add(accounts.skipped_too_long, "longer than the interface takes");
  add(accounts.skipped_too_short, "shorter than an Ethernet header");
  return fmt::format("{} ({})", counted(accounts.skipped(), "packet"), fmt::join(reasons, ", "));
}

void add_accounts(std::vector<SummaryLine>& lines, const Report& report) {
  const Accounts& accounts = report.accounts;
  lines.push_back({"read", counted(accounts.read, "packet")});
  lines.push_back({"sent", sent_text(accounts)});
  if (accounts.skipped() > 0) lines.push_back({"skipped", skipped_text(accounts)});
  if (accounts.failed > 0) {
    std::string text = counted(accounts.failed, "packet");
    if (!report.first_refusal.empty()) {
      text += fmt::format("; the first: {}", escape_for_terminal(report.first_refusal));
    }
    lines.push_back({"failed", text});
  }
  if (accounts.unsent_at_stop > 0) {
    lines.push_back({"unsent", fmt::format("{} already read when it stopped",
                                           counted(accounts.unsent_at_stop, "packet"))});
  }
}

void add_durations(std::vector<SummaryLine>& lines, const Report& report, bool simulated) {
  if (simulated) {
    if (report.planned_duration > Nanos{0})
      lines.push_back({"span", human_duration(report.planned_duration)});
    return;
  }
  std::string took = human_duration(report.send_duration);
  if (report.planned_duration > Nanos{0})
    took += fmt::format(" (planned {})", human_duration(report.planned_duration));
  lines.push_back({"took", took});
  if (report.send_duration <= Nanos{0}) return;
  const Accounts& accounts = report.accounts;
  lines.push_back(
      {"rate",
       fmt::format(
           "{}, {}", human_number(per_second(accounts.sent, report.send_duration), "packets/s"),
           human_number(8 * per_second(accounts.sent_bytes, report.send_duration), "bit/s"))});
}

std::string lateness_text(const Histogram& lateness) {
  const auto at = [&](double q) { return human_duration(Nanos(lateness.quantile(q))); };
  return fmt::format("p50 {}, p99 {}, p99.9 {}, max {}", at(0.5), at(0.99), at(0.999),
                     human_duration(Nanos(lateness.max())));
}

}  // namespace

std::string replay_report(const Report& report, bool simulated, const TextOptions& options) {
  std::vector<SummaryLine> lines = {{"target", escape_for_terminal(report.target)},
                                    {"pacing", report.pacing}};
  lines.push_back({"files", group_digits(report.files)});
  if (report.loops_planned != 1)
    lines.push_back(
        {"loops",
         fmt::format("{} of {}", group_digits(report.loops_done),
                     report.loops_planned == 0 ? "endless" : group_digits(report.loops_planned))});
  add_accounts(lines, report);
  add_durations(lines, report, simulated);
  if (report.lateness.count() > 0) lines.push_back({"lateness", lateness_text(report.lateness)});
  if (report.starved_packets > 0) {
    lines.push_back(
        {"starved", fmt::format("{} late because the files could not be read fast enough",
                                counted(report.starved_packets, "packet"))});
  }
  if (report.retries > 0)
    lines.push_back({"retries", fmt::format("{} while the interface's queue was full",
                                            group_digits(report.retries))});
  std::string out = format_summary(lines);
  size_t listed = 0;
  for (const replay::DamagedFile& file : report.damaged) {
    if (listed == 0) out += "\nDamage (what stands before it was used):\n";
    if (options.terminal && listed == kMaxDamageShown) {
      out += fmt::format("  … and {} more\n", counted(report.damaged.size() - listed, "file"));
      break;
    }
    out += fmt::format("  {}: byte {}: {}\n", escape_for_terminal(file.path),
                       file.damage.offset_bytes, escape_for_terminal(file.damage.reason));
    ++listed;
  }
  return out;
}

}  // namespace gophercap::cli
