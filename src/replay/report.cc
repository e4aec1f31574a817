#include "replay/report.h"

#include <nlohmann/json.hpp>

namespace gophercap::replay {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kReportVersion = 1;

Json lateness_json(const Report& report) {
  const Histogram& h = report.lateness;
  return {{"packets", h.count()},       {"mean_ns", static_cast<int64_t>(h.mean())},
          {"p50_ns", h.quantile(0.50)}, {"p90_ns", h.quantile(0.90)},
          {"p99_ns", h.quantile(0.99)}, {"p999_ns", h.quantile(0.999)},
          {"max_ns", h.max()},          {"starved_packets", report.starved_packets}};
}

}  // namespace

Accounts& Accounts::operator+=(const Accounts& other) noexcept {
  read += other.read;
  sent += other.sent;
  sent_bytes += other.sent_bytes;
  filtered += other.filtered;
  outside_window += other.outside_window;
  skipped_out_of_order += other.skipped_out_of_order;
  skipped_above_limit += other.skipped_above_limit;
  skipped_link_type += other.skipped_link_type;
  skipped_too_long += other.skipped_too_long;
  skipped_too_short += other.skipped_too_short;
  dropped_late += other.dropped_late;
  failed += other.failed;
  unsent_at_stop += other.unsent_at_stop;
  sent_cut += other.sent_cut;
  fcs_removed += other.fcs_removed;
  filtered_vlan += other.filtered_vlan;
  not_sorted += other.not_sorted;
  return *this;
}

Json accounts_to_json(const Accounts& a) {
  return {{"read", a.read},
          {"sent", a.sent},
          {"sent_bytes", a.sent_bytes},
          {"filtered", a.filtered},
          {"outside_window", a.outside_window},
          {"skipped",
           {{"out_of_order", a.skipped_out_of_order},
            {"above_limit", a.skipped_above_limit},
            {"link_type", a.skipped_link_type},
            {"too_long", a.skipped_too_long},
            {"too_short", a.skipped_too_short}}},
          {"dropped_late", a.dropped_late},
          {"failed", a.failed},
          {"unsent_at_stop", a.unsent_at_stop},
          {"balanced", a.balanced()},
          {"sent_cut_by_snaplen", a.sent_cut},
          {"sent_without_fcs", a.fcs_removed},
          {"filtered_with_vlan_tag", a.filtered_vlan},
          {"not_sorted", a.not_sorted}};
}

std::string report_to_json(const Report& report) {
  Json json = {{"gophercap_report_version", kReportVersion},
               {"target", report.target},
               {"pacing", report.pacing},
               {"stretch", {{"num", report.stretch.num}, {"den", report.stretch.den}}},
               {"files", report.files},
               {"files_outside_window", report.files_outside_window},
               {"packets_planned_per_loop", report.packets_planned},
               {"loops_planned", report.loops_planned},
               {"loops_done", report.loops_done},
               {"beginning", format_rfc3339(report.first)},
               {"end", format_rfc3339(report.last)},
               {"gaps_shortened", report.gaps_shortened},
               {"time_removed_ns", report.time_removed.count()},
               {"slips", report.slips},
               {"slipped_ns", report.slipped.count()},
               {"planned_duration_ns", report.planned_duration.count()},
               {"send_duration_ns", report.send_duration.count()},
               {"packets", accounts_to_json(report.accounts)},
               {"send_calls", report.send_calls},
               {"retries", report.retries},
               {"interrupted", report.interrupted}};
  if (report.started_wall_ns)
    json["started"] = format_rfc3339(capture_time(*report.started_wall_ns));
  if (report.lateness.count() > 0) json["lateness"] = lateness_json(report);
  if (!report.failure.empty()) json["failure"] = report.failure;
  if (!report.first_refusal.empty()) json["first_refusal"] = report.first_refusal;
  if (!report.not_granted.empty()) json["not_granted"] = report.not_granted;
  if (report.counted_by_interface) json["counted_by_interface"] = *report.counted_by_interface;
  Json damaged = Json::array();
  for (const DamagedFile& file : report.damaged) {
    damaged.push_back({{"path", file.path},
                       {"offset_bytes", file.damage.offset_bytes},
                       {"code", to_string(file.damage.code)},
                       {"reason", file.damage.reason}});
  }
  json["damaged_files"] = std::move(damaged);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace gophercap::replay
