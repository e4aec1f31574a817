#include "replay/accounts.h"

#include <nlohmann/json.hpp>
#include <string>

namespace gophercap::replay {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kCounters = {
    &Accounts::read,
    &Accounts::sent,
    &Accounts::sent_bytes,
    &Accounts::frames_sent,
    &Accounts::outside_window,
    &Accounts::filtered,
    &Accounts::not_in_sample,
    &Accounts::skipped_out_of_order,
    &Accounts::skipped_above_limit,
    &Accounts::skipped_link_type,
    &Accounts::skipped_link_protocol,
    &Accounts::skipped_encrypted,
    &Accounts::skipped_wifi_fragment,
    &Accounts::skipped_signalling,
    &Accounts::skipped_link_header,
    &Accounts::skipped_too_long,
    &Accounts::skipped_too_long_cut,
    &Accounts::skipped_dont_fragment,
    &Accounts::skipped_oversize,
    &Accounts::skipped_too_short,
    &Accounts::dropped_late,
    &Accounts::missed_link_down,
    &Accounts::failed,
    &Accounts::passed_over,
    &Accounts::after_limit,
    &Accounts::unsent_at_stop,
    &Accounts::sent_cut,
    &Accounts::fcs_removed,
    &Accounts::converted,
    &Accounts::rewritten,
    &Accounts::segmented,
    &Accounts::fragmented,
    &Accounts::truncated,
    &Accounts::padded,
    &Accounts::filtered_vlan,
    &Accounts::clock_steps,
    &Accounts::not_sorted,
    &Accounts::failed_far_end,
};
// A counter that is not listed would be lost where accounts are added up.
static_assert(sizeof(Accounts) == kCounters.size() * sizeof(uint64_t) + sizeof(MtuNeeded));

template <class Wanted>
uint64_t sum_of(const Accounts& accounts, Wanted&& wanted) noexcept {
  uint64_t sum = 0;
  for (const DropReason& reason : kDropReasons) {
    if (wanted(reason)) sum += accounts.*reason.count;
  }
  return sum;
}

bool is_reading(const DropReason& reason) noexcept {
  return reason.stage == DropStage::kReading;
}

}  // namespace

uint64_t Accounts::skipped_by_target() const noexcept {
  return sum_of(*this, [](const DropReason& r) { return is_reading(r) && r.incomplete; });
}

uint64_t Accounts::left_out() const noexcept {
  return sum_of(*this, is_reading);
}

uint64_t Accounts::settled_unsent() const noexcept {
  return sum_of(*this, [](const DropReason& r) { return r.count != &Accounts::unsent_at_stop; });
}

uint64_t Accounts::missing() const noexcept {
  return sum_of(*this, [](const DropReason& r) { return r.incomplete; });
}

Accounts& Accounts::operator+=(const Accounts& other) noexcept {
  for (const auto counter : kCounters) this->*counter += other.*counter;
  mtu_needed.add(other.mtu_needed);
  return *this;
}

Accounts Accounts::since(const Accounts& earlier) const noexcept {
  Accounts difference = *this;
  for (const auto counter : kCounters) difference.*counter -= earlier.*counter;
  return difference;
}

Accounts Accounts::times(uint64_t loops) const noexcept {
  Accounts product = *this;
  for (const auto counter : kCounters) product.*counter *= loops;
  return product;
}

void add_changes(const Accounts& a, Json& object) {
  object["changed"] = {{"converted", a.converted}, {"rewritten", a.rewritten},
                       {"segmented", a.segmented}, {"fragmented", a.fragmented},
                       {"truncated", a.truncated}, {"padded", a.padded}};
}

void add_drop_reasons(const Accounts& accounts, DropStage stage, Json& object) {
  // In the report, `filtered` comes before `outside_window`.
  if (stage == DropStage::kReading) object["filtered"] = accounts.filtered;
  for (const DropReason& reason : kDropReasons) {
    if (reason.stage != stage) continue;
    Json& place = reason.object.empty() ? object : object[std::string(reason.object)];
    place[std::string(reason.key)] = accounts.*reason.count;
    if (reason.count == &Accounts::failed) object["failed_at_far_end"] = accounts.failed_far_end;
  }
}

Json accounts_to_json(const Accounts& a) {
  Json json = {{"read", a.read}, {"sent", a.sent}, {"sent_bytes", a.sent_bytes}};
  if (a.frames_sent != a.sent) json["frames_sent"] = a.frames_sent;
  add_drop_reasons(a, DropStage::kReading, json);
  add_drop_reasons(a, DropStage::kSending, json);
  json["balanced"] = a.balanced();
  json["sent_cut_by_snaplen"] = a.sent_cut;
  json["sent_without_fcs"] = a.fcs_removed;
  json["filtered_with_vlan_tag"] = a.filtered_vlan;
  add_changes(a, json);
  json["clock_steps_followed"] = a.clock_steps;
  json["not_sorted"] = a.not_sorted;
  return json;
}

}  // namespace gophercap::replay
