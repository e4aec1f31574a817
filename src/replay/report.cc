#include "replay/report.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/characters.h"

namespace gophercap::replay {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kReportVersion = 1;

// Quantiles, and each non-empty bucket as [first, last, packets].
Json histogram_json(const Histogram& h) {
  Json buckets = Json::array();
  h.for_each_bucket([&](int64_t low, int64_t high, uint64_t count) {
    buckets.push_back({low, high, count});
  });
  return {{"packets", h.count()},       {"mean_ns", static_cast<int64_t>(h.mean())},
          {"p50_ns", h.quantile(0.50)}, {"p90_ns", h.quantile(0.90)},
          {"p99_ns", h.quantile(0.99)}, {"p999_ns", h.quantile(0.999)},
          {"max_ns", h.max()},          {"buckets_ns", std::move(buckets)}};
}

Json lateness_json(const Report& report) {
  Json json = histogram_json(report.lateness);
  json["starved_packets"] = report.starved_packets;
  return json;
}

Json counters_json(const transmit::InterfaceCounters& c) {
  return {{"tx_packets", c.tx_packets},
          {"tx_bytes", c.tx_bytes},
          {"tx_errors", c.tx_errors},
          {"tx_dropped", c.tx_dropped},
          {"tx_carrier_errors", c.tx_carrier_errors}};
}

Json far_end_json(const std::optional<transmit::FarEnd>& far) {
  if (!far) return nullptr;
  return {{"name", far->name},
          {"mtu_bytes", far->mtu},
          {"in_other_namespace", far->in_other_namespace}};
}

Json interface_json(const InterfaceReport& i) {
  return {{"name", i.name},
          {"mtu_bytes", i.facts.mtu},
          {"far_end", far_end_json(i.facts.far_end)},
          {"kind", i.facts.kind},
          {"queueing", i.facts.queueing},
          {"backend", i.backend},
          {"qdisc_bypass", i.qdisc_bypass},
          {"reason", i.reason},
          {"tx_threads", i.tx_threads},
          {"notes", i.notes},
          {"counters_before", counters_json(i.before)},
          {"counters_after", i.after ? counters_json(*i.after) : Json(nullptr)}};
}

// What each of several got.
Json interfaces_json(const std::vector<InterfaceReport>& interfaces) {
  Json list = Json::array();
  for (const InterfaceReport& interface : interfaces) {
    Json json = interface_json(interface);
    if (interface.side)
      json["side"] = *interface.side == packet::Side::kClient ? "client" : "server";
    json["frames_sent"] = interface.frames_sent;
    json["sent_bytes"] = interface.sent_bytes;
    list.push_back(std::move(json));
  }
  return list;
}

Json split_json(const SplitReport& split) {
  return {{"rule", split.rule},
          {"connections_learned", split.connections_learned},
          {"datagrams_learned", split.datagrams_learned},
          {"unknown", split.unknown}};
}

Json tunnel_json(const TunnelReport& t) {
  return {{"kind", t.kind},
          {"remote", t.facts.remote},
          {"local", t.facts.local},
          {"path_mtu_bytes", t.facts.path_mtu},
          {"overhead_bytes", t.facts.overhead_bytes},
          {"tx_threads", t.tx_threads}};
}

Json host_json(const HostFacts& host) {
  Json json = {{"kernel", host.kernel}, {"clock_source", host.clock_source}, {"cpus", host.cpus}};
  if (host.realtime_limit) json["realtime_limit_ns_per_s"] = host.realtime_limit->count();
  json["confinement"] = {{"no_new_privs", host.confinement.no_new_privs},
                         {"capabilities", host.confinement.capabilities},
                         {"seccomp", host.confinement.seccomp},
                         {"landlock", host.confinement.landlock}};
  return json;
}

Json request_json(const Request& request) {
  Json options = Json::object();
  for (const GivenOption& option : request.options) {
    options[option.name] =
        option.repeatable || option.values.empty() ? Json(option.values) : Json(option.values[0]);
  }
  Json set =
      request.paths.empty() ? Json{{"dump", request.dump_path}} : Json{{"paths", request.paths}};
  return {
      {"directory", request.directory}, {"set", std::move(set)}, {"options", std::move(options)}};
}

Json control_json(const ControlChanges& changes) {
  Json listed = Json::array();
  for (const ControlChange& change : changes.listed) {
    Json entry = {{"when", format_rfc3339(capture_time(change.wall_ns))},
                  {"command", change.command}};
    if (!change.value.empty()) entry["value"] = change.value;
    if (change.position) entry["position"] = format_rfc3339(*change.position);
    listed.push_back(std::move(entry));
  }
  return {{"changes", std::move(listed)}, {"changes_not_listed", changes.others}};
}

// Adds the keys that only a run in real time has.
void add_timing(const Report& report, Json& json) {
  if (report.lateness.count() == 0) return;
  json["lateness"] = lateness_json(report);
  json["gap_error"] = histogram_json(report.gap_error);
  if (report.drift) {
    json["drift"] = {{"first_second_median_ns", report.drift->first_second_ns},
                     {"last_second_median_ns", report.drift->last_second_ns},
                     {"drift_ns", report.drift->drift_ns()}};
  }
  json["stalls"] = {{"count", report.stalls.count},
                    {"total_ns", report.stalls.total.count()},
                    {"longest_ns", report.stalls.longest.count()},
                    {"preempted", report.preempted}};
}

}  // namespace

std::string pacing_text(SentBy sent_by, const ScheduleRule& rule) {
  return sent_by == SentBy::kRate ? rate_text(rule) : std::string(word_of(sent_by));
}

std::string report_to_json(const Report& report) {
  Json json = {{"gophercap_report_version", kReportVersion},
               {"target", report.target},
               {"pacing", pacing_text(report.sent_by, report.rule)},
               {"stretch", {{"num", report.time_factor.num}, {"den", report.time_factor.den}}},
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
  if (report.limit.given()) {
    json["limit"] = limit_to_json(report.limit);
    json["limit_reached"] = report.limit_reached;
  }
  json["plan_digest"] = report.plan_digest;
  if (report.request) json["request"] = request_json(*report.request);
  if (report.max_frame_bytes) json["max_frame_bytes"] = *report.max_frame_bytes;
  if (!report.oversize.empty()) json["oversize"] = report.oversize;
  if (!report.rewrite.empty()) json["rewrite"] = report.rewrite;
  if (report.started_wall_ns)
    json["started"] = format_rfc3339(capture_time(*report.started_wall_ns));
  json["started_unready"] = report.started_unready;
  if (report.control) json["control"] = control_json(*report.control);
  if (!report.profile.empty()) json["profile"] = report.profile;
  add_timing(report, json);
  json["outages"] = {{"count", report.outages}, {"total_ns", report.outage.count()}};
  json["host"] = host_json(report.host);
  if (report.interfaces.size() == 1) json["interface"] = interface_json(report.interfaces[0]);
  if (report.interfaces.size() > 1) json["interfaces"] = interfaces_json(report.interfaces);
  if (report.split) json["split"] = split_json(*report.split);
  if (report.tunnel) json["tunnel"] = tunnel_json(*report.tunnel);
  if (report.failure) json["failure"] = report.failure->what;
  if (!report.first_refusal.empty()) json["first_refusal"] = report.first_refusal;
  if (!report.not_granted.empty()) json["not_granted"] = report.not_granted;
  if (report.counted_by_interface) json["counted_by_interface"] = *report.counted_by_interface;
  Json damaged = Json::array();
  Json unread = Json::array();
  for (const DamagedFile& file : report.damaged) {
    (file.damage.refused() ? unread : damaged)
        .push_back({{"path", file.path},
                    {"offset_bytes", file.damage.offset_bytes},
                    {"code", word_of(file.damage.code)},
                    {"reason", file.damage.reason}});
  }
  json["damaged_files"] = std::move(damaged);
  json["unread_files"] = std::move(unread);
  return escape_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace gophercap::replay
