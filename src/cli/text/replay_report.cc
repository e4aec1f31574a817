#include "cli/text/replay_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/text/escape.h"
#include "cli/text/table.h"
#include "cli/text/trouble.h"
#include "cli/text/units.h"
#include "packet/side.h"
#include "transmit/link/interface.h"

namespace gophercap::cli {
namespace {

using replay::Accounts;
using replay::Report;
using replay::SentBy;

// Packets that leave as other frames than they were captured; empty: there are none.
std::string changed_text(const Accounts& accounts) {
  std::vector<std::string> parts;
  const auto add = [&](uint64_t packets, std::string_view words) {
    if (packets > 0) parts.push_back(fmt::format("{} {}", group_digits(packets), words));
  };
  add(accounts.converted, "with Ethernet headers");
  add(accounts.rewritten, "rewritten");
  add(accounts.segmented, "as segments");
  add(accounts.fragmented, "as fragments");
  add(accounts.truncated, "without their end");
  add(accounts.padded, "padded with zeros");
  std::string text = fmt::format("{}", fmt::join(parts, ", "));
  if (accounts.segmented + accounts.fragmented > 0)
    text += fmt::format(" ({} in all)", counted(accounts.frames_sent, "frame"));
  return text;
}

void add_changed(std::vector<SummaryLine>& lines, const Accounts& accounts) {
  if (std::string text = changed_text(accounts); !text.empty())
    lines.push_back({"changed", std::move(text)});
}

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

// The reasons with this title in one line: "12 packets (7 not Ethernet, 5 …)". Empty if none
// applies.
std::string group_text(const Accounts& accounts, std::string_view title) {
  uint64_t sum = 0;
  std::vector<std::string> reasons;
  for (const replay::DropReason& reason : replay::kDropReasons) {
    const uint64_t n = accounts.*reason.count;
    if (reason.title != title || n == 0) continue;
    sum += n;
    reasons.push_back(fmt::format("{} {}", group_digits(n), reason.words));
  }
  if (sum == 0) return {};
  return fmt::format("{} ({})", counted(sum, "packet"), fmt::join(reasons, ", "));
}

// Adds a line for each title, with the packets that were read and not sent for its reasons.
void add_reasons(std::vector<SummaryLine>& lines, const Accounts& accounts, replay::DropStage stage,
                 std::string_view on_failed = {}) {
  std::string_view before;
  for (const replay::DropReason& reason : replay::kDropReasons) {
    if (reason.stage != stage || reason.title == before) continue;
    before = reason.title;
    std::string text;
    if (!reason.object.empty()) {
      text = group_text(accounts, reason.title);
    } else if (const uint64_t n = accounts.*reason.count; n > 0) {
      text = counted(n, "packet");
      if (!reason.words.empty()) text += fmt::format(" {}", reason.words);
      if (reason.count == &Accounts::failed) text += on_failed;
    }
    if (!text.empty()) lines.push_back({std::string(reason.title), std::move(text)});
  }
}

// "veth1 has an MTU of 1500": each far end that takes less than its interface.
std::string small_far_ends(const Report& report) {
  std::vector<std::string> all;
  for (const replay::InterfaceReport& interface : report.interfaces) {
    const std::optional<transmit::FarEnd>& far = interface.facts.far_end;
    if (far && far->mtu < interface.facts.mtu)
      all.push_back(fmt::format("{} has an MTU of {}", escape_text(far->name), far->mtu));
  }
  return fmt::format("{}", fmt::join(all, ", "));
}

// Describes the packets that were refused individually.
std::string failed_details(const Report& report) {
  const Accounts& accounts = report.accounts;
  std::string text;
  if (accounts.failed_far_end > 0) {
    if (const std::string far_ends = small_far_ends(report); !far_ends.empty()) {
      text += fmt::format("; {} longer than the far end takes: {}",
                          group_digits(accounts.failed_far_end), far_ends);
    }
  }
  if (!report.first_refusal.empty() && accounts.failed > accounts.failed_far_end)
    text += fmt::format("; the first: {}", escape_text(report.first_refusal));
  return text;
}

bool has_queue(const Report& report) {
  return std::ranges::any_of(report.interfaces, [](const replay::InterfaceReport& interface) {
    return interface.facts.has_queue();
  });
}

// What each of several interfaces was given.
void add_interfaces(std::vector<SummaryLine>& lines, const Report& report) {
  if (report.interfaces.size() < 2) return;
  for (const replay::InterfaceReport& interface : report.interfaces) {
    std::string text =
        fmt::format("{}: {}, {}", escape_text(interface.name),
                    counted(interface.frames_sent, "frame"), human_bytes(interface.sent_bytes));
    if (interface.side) {
      text += *interface.side == packet::Side::kClient ? ", from the clients' side"
                                                       : ", from the servers' side";
    }
    lines.push_back({"interface", std::move(text)});
  }
}

void add_accounts(std::vector<SummaryLine>& lines, const Report& report) {
  const Accounts& accounts = report.accounts;
  lines.push_back({"read", counted(accounts.read, "packet")});
  lines.push_back({"sent", sent_text(accounts)});
  add_interfaces(lines, report);
  add_changed(lines, accounts);
  add_reasons(lines, accounts, replay::DropStage::kReading);
  add_reasons(lines, accounts, replay::DropStage::kSending, failed_details(report));
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

std::string target_text(const Report& report) {
  std::string text = escape_text(report.target);
  const std::vector<replay::InterfaceReport>& interfaces = report.interfaces;
  if (interfaces.empty()) return text;
  if (const size_t threads = interfaces.front().tx_threads; threads > 1)
    text += fmt::format(", {}{}", counted(threads, "thread"), interfaces.size() > 1 ? " each" : "");
  if (std::ranges::any_of(interfaces, &replay::InterfaceReport::qdisc_bypass))
    text += ", past the queueing discipline";
  return text;
}

// Adds how late packets were, and what delayed them.
void add_timing(std::vector<SummaryLine>& lines, const Report& report) {
  // Shorter stalls are visible in the lateness only.
  constexpr Nanos kNotable = std::chrono::milliseconds(1);
  if (report.lateness.count() > 0) lines.push_back({"lateness", quantiles_text(report.lateness)});
  if (report.gap_error.count() > 0) {
    lines.push_back({"gaps", fmt::format("p50 {}, p99 {} longer or shorter",
                                         human_duration(Nanos(report.gap_error.quantile(0.50))),
                                         human_duration(Nanos(report.gap_error.quantile(0.99))))});
  }
  if (report.drift) lines.push_back({"drift", human_duration(Nanos(report.drift->drift_ns()))});
  if (report.stalls.longest >= kNotable) {
    lines.push_back({"stalls", fmt::format("{} in which the machine did not run the sender, the "
                                           "longest {}",
                                           counted(report.stalls.count, "time"),
                                           human_duration(report.stalls.longest))});
  }
  if (report.starved_packets > 0) {
    lines.push_back(
        {"starved", fmt::format("{} late because the files could not be read fast enough",
                                counted(report.starved_packets, "packet"))});
  }
  if (report.outages > 0) {
    lines.push_back({"outages", fmt::format("{}, {} in all", counted(report.outages, "time"),
                                            human_duration(report.outage))});
  }
}

std::string files_text(uint64_t files, uint64_t outside) {
  std::string text = group_digits(files);
  if (outside > 0) text += fmt::format("; {} outside the window", group_digits(outside));
  return text;
}

// Exact if the ratio is short, otherwise rounded.
std::string speed_text(Ratio time_factor) {
  const Ratio speed = time_factor.inverse();
  if (speed.den == 1 || (speed.num < 1000 && speed.den < 1000))
    return format_ratio(speed) + " times";
  return fmt::format("{:.6g} times",
                     static_cast<double>(speed.num) / static_cast<double>(speed.den));
}

// A planned duration. An upper limit that exceeds 64 bits says nothing.
std::string planned_text(Nanos d, bool at_most) {
  if (!at_most) return human_duration(d);
  return d == Nanos::max() ? "an unknown time" : "at most " + human_duration(d);
}

std::string limit_words(const replay::Limit& limit) {
  if (limit.packets) return counted(*limit.packets, "packet");
  return limit.bytes ? human_bytes(*limit.bytes) : human_duration(*limit.time);
}

std::string takes_text(const jobs::Forecast& forecast) {
  if (forecast.sent_by == SentBy::kTopSpeed) return "as long as it takes, at top speed";
  std::string text = planned_text(forecast.duration, forecast.at_most);
  if (forecast.sent_by == SentBy::kRate) return text + ", at " + replay::rate_text(forecast.rule);
  if (forecast.time_factor.num != forecast.time_factor.den)
    text += fmt::format(", {} as fast", speed_text(forecast.time_factor));
  return text;
}

std::string pacing_text(const Report& report) {
  std::string text = replay::pacing_text(report.sent_by, report.rule);
  if (report.time_factor.num != report.time_factor.den && report.sent_by != SentBy::kTopSpeed)
    text += ", " + speed_text(report.time_factor) + " as fast";
  return text;
}

}  // namespace

std::vector<std::string> lost_behind_us(const Report& report) {
  std::vector<std::string> all;
  const bool several = report.interfaces.size() > 1;
  for (const replay::InterfaceReport& interface : report.interfaces) {
    const uint64_t lost = report.lost_behind_us(interface);
    if (lost == 0) continue;
    const uint64_t sent = several ? interface.frames_sent : report.accounts.frames_sent;
    all.push_back(
        fmt::format("{} counted {} of {}: {} were lost after they were sent",
                    several ? "interface " + escape_text(interface.name) : "the interface",
                    group_digits(sent - lost), counted(sent, "frame"), group_digits(lost)));
  }
  return all;
}

std::string forecast_report(const jobs::Forecast& forecast) {
  std::vector<SummaryLine> lines = {
      {"target", escape_text(forecast.target)},
      {"files", files_text(forecast.files, forecast.files_outside_window)}};
  lines.back().text += fmt::format(", at most {} at once", group_digits(forecast.overlap_depth));
  if (forecast.files_damaged > 0)
    lines.push_back({"damaged", counted(forecast.files_damaged, "file") +
                                    "; what comes before the damage is used"});
  if (forecast.files_unread > 0)
    lines.push_back(
        {"not read", counted(forecast.files_unread, "file") + "; what was read before is used"});
  lines.push_back({"from", format_rfc3339(forecast.first)});
  lines.push_back({"to", format_rfc3339(forecast.last)});
  lines.push_back({"span", human_duration(forecast.span)});
  lines.push_back({"takes", takes_text(forecast)});
  if (const jobs::LongPauses& pauses = forecast.notes.pauses; pauses.count > 0) {
    lines.push_back({"waits", fmt::format("{} of that, in {}", human_duration(pauses.sum),
                                          counted(pauses.count, "long pause"))});
  }
  if (forecast.notes.clocks.steps > 0)
    lines.push_back(
        {"clocks", counted(forecast.notes.clocks.steps, "step") + " back, not followed"});
  if (forecast.clock_steps_followed > 0)
    lines.push_back({"clocks", counted(forecast.clock_steps_followed, "step") + " followed"});
  if (forecast.loops != 1) {
    std::string text = forecast.loops == 0 ? "endless" : group_digits(forecast.loops);
    if (forecast.period > Nanos{0})
      text += ", one every " + planned_text(forecast.period, forecast.at_most);
    if (forecast.total)
      text += fmt::format(", {} in all", planned_text(*forecast.total, forecast.at_most));
    lines.push_back({"loops", text});
  }
  if (forecast.limit.given())
    lines.push_back({"limit", "ends after " + limit_words(forecast.limit)});
  const Accounts& accounts = forecast.accounts;
  lines.push_back({"packets", counted(forecast.packets, "packet")});
  std::string send = counted(accounts.sent, "packet");
  if (forecast.packets_cut > 0)
    send += fmt::format("; {} only as far as captured", group_digits(forecast.packets_cut));
  lines.push_back({"to send", send});
  for (const auto& [name, frames] : forecast.frames_by_interface)
    lines.push_back(
        {"interface", fmt::format("{}: {}", escape_text(name), counted(frames, "frame"))});
  add_changed(lines, accounts);
  if (forecast.rewritten_later) {
    lines.push_back({"changed", fmt::format("{} rewritten in each loop after the first",
                                            group_digits(*forecast.rewritten_later))});
  }
  add_reasons(lines, accounts, replay::DropStage::kReading);
  return format_summary(lines);
}

std::string replay_report(const Report& report, bool simulated, const TextOptions& options) {
  std::vector<SummaryLine> lines = {{"target", target_text(report)},
                                    {"pacing", pacing_text(report)}};
  lines.push_back({"files", files_text(report.files, report.files_outside_window)});
  if (report.loops_planned != 1)
    lines.push_back(
        {"loops",
         fmt::format("{} of {}", group_digits(report.loops_done),
                     report.loops_planned == 0 ? "endless" : group_digits(report.loops_planned))});
  add_accounts(lines, report);
  if (report.limit_reached) lines.push_back({"ended", "by --limit " + limit_words(report.limit)});
  if (report.counted_by_interface && *report.counted_by_interface != report.accounts.frames_sent) {
    const uint64_t n = *report.counted_by_interface;
    lines.push_back(
        {"counted", fmt::format("{} by the interface{}{}", counted(n, "frame"),
                                report.interfaces.size() > 1 ? "s" : "",
                                n > report.accounts.frames_sent ? "; others send there too" : "")});
  }
  if (report.accounts.clock_steps > 0)
    lines.push_back({"clocks", counted(report.accounts.clock_steps, "step") + " followed"});
  add_durations(lines, report, simulated);
  add_timing(lines, report);
  if (report.slips > 0) {
    lines.push_back({"slipped", fmt::format("{} in all, {}", human_duration(report.slipped),
                                            counted(report.slips, "time"))});
  }
  if (report.gaps_shortened > 0) {
    lines.push_back(
        {"pauses", fmt::format("{} shortened, by {} in all", group_digits(report.gaps_shortened),
                               human_duration(report.time_removed))});
  }
  if (report.retries > 0)
    lines.push_back(
        {"retries", fmt::format("{} {}", group_digits(report.retries),
                                has_queue(report) ? "while the interface's queue was full"
                                                  : "after a packet was not taken")});
  std::string out = format_summary(lines);
  out += Troubles(report.damaged).list("", options);
  return out;
}

}  // namespace gophercap::cli
