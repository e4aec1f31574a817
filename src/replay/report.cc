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

Json accounts_json(const Accounts& a) {
  return {{"read", a.read},
          {"sent", a.sent},
          {"sent_bytes", a.sent_bytes},
          {"skipped",
           {{"link_type", a.skipped_link_type},
            {"too_long", a.skipped_too_long},
            {"too_short", a.skipped_too_short}}},
          {"failed", a.failed},
          {"unsent_at_stop", a.unsent_at_stop},
          {"balanced", a.balanced()},
          {"sent_cut_by_snaplen", a.sent_cut},
          {"sent_without_fcs", a.fcs_removed}};
}

}  // namespace

std::string report_to_json(const Report& report) {
  Json json = {{"gophercap_report_version", kReportVersion},
               {"target", report.target},
               {"pacing", report.pacing},
               {"files", report.files},
               {"packets_planned_per_loop", report.packets_planned},
               {"loops_planned", report.loops_planned},
               {"loops_done", report.loops_done},
               {"beginning", format_rfc3339(report.first)},
               {"end", format_rfc3339(report.last)},
               {"planned_duration_ns", report.planned_duration.count()},
               {"send_duration_ns", report.send_duration.count()},
               {"packets", accounts_json(report.accounts)},
               {"send_calls", report.send_calls},
               {"retries", report.retries},
               {"interrupted", report.interrupted}};
  if (report.lateness.count() > 0) json["lateness"] = lateness_json(report);
  if (!report.failure.empty()) json["failure"] = report.failure;
  if (!report.first_refusal.empty()) json["first_refusal"] = report.first_refusal;
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
