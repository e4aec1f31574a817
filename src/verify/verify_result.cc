#include "verify/verify_result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/characters.h"

namespace gophercap::verify {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVerifyVersion = 1;

Json quantiles(const Histogram& h) {
  return {{"packets", h.count()},
          {"p50_ns", h.quantile(0.50)},
          {"p99_ns", h.quantile(0.99)},
          {"p999_ns", h.quantile(0.999)},
          {"max_ns", h.max()}};
}

// Lists damaged files, or those that the system did not let be read.
Json files_json(const std::vector<replay::DamagedFile>& files, bool refused) {
  Json list = Json::array();
  for (const replay::DamagedFile& file : files) {
    if (file.damage.refused() != refused) continue;
    list.push_back({{"path", file.path},
                    {"offset_bytes", file.damage.offset_bytes},
                    {"code", word_of(file.damage.code)},
                    {"reason", file.damage.reason}});
  }
  return list;
}

Json packets(const VerifyResult& result) {
  const Arrivals& a = result.arrivals;
  Json json = {{"expected", a.expected},
               {"received", result.packets_received},
               {"arrived", a.arrived},
               {"lost", a.lost},
               {"duplicated", a.duplicated},
               {"unexpected", a.unexpected},
               {"reordered", a.reordered},
               {"reorder_extent_packets", a.reorder_extent},
               {"reorder_late_time_ns", a.reorder_late_time.count()},
               {"cut", a.cut},
               {"padded", a.padded},
               {"vlan_tags_restored", a.vlan_tags_restored}};
  if (result.packets_sent) json["sent_by_report"] = *result.packets_sent;
  return json;
}

}  // namespace

std::string verify_to_json(const VerifyResult& result) {
  const Arrivals& a = result.arrivals;
  Json lost = Json::array();
  for (const LostPacket& packet : a.first_lost)
    lost.push_back({{"place", packet.place}, {"due_ns", packet.due.count()}});
  const replay::Accounts& accounts = result.plan.accounts;
  Json plan = {{"read", accounts.read}, {"expected", accounts.sent}};
  replay::add_drop_reasons(accounts, replay::DropStage::kReading, plan);
  Json json = {
      {"gophercap_verify_version", kVerifyVersion},
      {"complete", a.complete()},
      {"beginning", format_rfc3339(result.plan.first)},
      {"end", format_rfc3339(result.plan.last)},
      {"loops", result.plan.loops_planned},
      {"stretch", {{"num", result.plan.time_factor.num}, {"den", result.plan.time_factor.den}}},
      {"mtu", result.mtu ? Json(*result.mtu) : Json(nullptr)},
      {"compared_bytes",
       result.compared_bytes == UINT32_MAX ? Json(nullptr) : Json(result.compared_bytes)},
      {"plan", std::move(plan)},
      {"packets", packets(result)},
      {"first_lost", std::move(lost)},
      {"planned_duration_ns", a.planned_duration.count()},
      {"duration_ns", a.duration.count()},
      {"offset_error", quantiles(a.offset_error)},
      {"gap_error", quantiles(a.gap_error)},
      {"drift_ns", a.drift.count()}};
  if (a.lateness.count() > 0) {
    json["lateness"] = quantiles(a.lateness);
    json["lateness"]["median_ns"] = a.median_lateness.count();
    json["lateness"]["early_packets"] = a.early;
  }
  json["damaged_files"] = files_json(result.plan.damaged, false);
  json["unread_files"] = files_json(result.plan.damaged, true);
  json["damaged_captures"] = files_json(result.damaged_captures, false);
  json["unread_captures"] = files_json(result.damaged_captures, true);
  return escape_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace gophercap::verify
