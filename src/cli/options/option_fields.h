// Copies the value of an option into the field of the job's options that its row names.
#pragma once

#include <type_traits>

#include "cli/options/option_values.h"
#include "jobs/map/map_job.h"
#include "jobs/replay/delivery_options.h"
#include "jobs/replay/link_options.h"
#include "jobs/replay/oversize_options.h"
#include "jobs/replay/schedule_options.h"
#include "jobs/replay/target.h"
#include "jobs/set/select_options.h"
#include "jobs/set/set_options.h"
#include "jobs/tar/tar_job.h"
#include "rewrite/rules/rules.h"

namespace gophercap::cli {

// The options that a command fills in. Null: it has no such options.
struct FieldOwners {
  jobs::SetOptions* set = nullptr;
  jobs::SelectOptions* select = nullptr;
  jobs::ScheduleOptions* schedule = nullptr;
  jobs::DeliveryOptions* delivery = nullptr;
  jobs::OversizeOptions* oversize = nullptr;
  jobs::LinkOptions* link = nullptr;
  rewrite::RuleParts* rules = nullptr;
  jobs::InterfaceTarget* interface = nullptr;
  jobs::FileTarget* file = nullptr;
  jobs::MapOptions* map = nullptr;
  jobs::TarOptions* tar = nullptr;

  jobs::SetOptions* of(jobs::SetOptions* /*kind*/) const { return set; }
  jobs::SelectOptions* of(jobs::SelectOptions* /*kind*/) const { return select; }
  jobs::ScheduleOptions* of(jobs::ScheduleOptions* /*kind*/) const { return schedule; }
  jobs::DeliveryOptions* of(jobs::DeliveryOptions* /*kind*/) const { return delivery; }
  jobs::OversizeOptions* of(jobs::OversizeOptions* /*kind*/) const { return oversize; }
  jobs::LinkOptions* of(jobs::LinkOptions* /*kind*/) const { return link; }
  rewrite::RuleParts* of(rewrite::RuleParts* /*kind*/) const { return rules; }
  jobs::InterfaceTarget* of(jobs::InterfaceTarget* /*kind*/) const { return interface; }
  jobs::FileTarget* of(jobs::FileTarget* /*kind*/) const { return file; }
  jobs::MapOptions* of(jobs::MapOptions* /*kind*/) const { return map; }
  jobs::TarOptions* of(jobs::TarOptions* /*kind*/) const { return tar; }
};

template <class Owner, class Field>
Owner owner_of_member(Field Owner::*);

template <class From, class Member, class... Inside>
auto& member_of(From& from, Member member, Inside... inside) {
  if constexpr (sizeof...(inside) == 0) {
    return from.*member;
  } else {
    return member_of(from.*member, inside...);
  }
}

// For a row of the table: `.field = field<&jobs::ScheduleOptions::sort>`. More than one member is a
// path: the second is a member of the first.
template <auto kMember, auto... kInside>
void field(const Value& value, const FieldOwners& owners) {
  using Owner = decltype(owner_of_member(kMember));
  Owner* owner = owners.of(static_cast<Owner*>(nullptr));
  if (owner == nullptr) return;
  auto& target = member_of(*owner, kMember, kInside...);
  target = value.as<std::remove_reference_t<decltype(target)>>();
}

}  // namespace gophercap::cli
