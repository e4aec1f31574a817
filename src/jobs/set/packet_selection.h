// Chooses packets of a set by the options of the user.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "confine/confine.h"
#include "dataset/scan/file_summary.h"
#include "jobs/reporter.h"
#include "jobs/set/select_options.h"
#include "packet/bpf.h"
#include "replay/plan/frame_filter.h"

namespace gophercap::jobs {

// What decides on each packet. Can be moved: `choice` points to what `expression` holds.
struct PacketSelection {
  std::unique_ptr<const packet::BpfFilter> expression;  // null = every packet
  replay::Choice choice;
};

// Whether any link type understands the expression: hours of mapping are not to end in a typing
// mistake. kInvalidArgument, kCancelled, kNoMemory.
Result<> check_expression(const std::string& expression, const std::stop_token& stop);

// `link_types`: of the packets to choose from. Warns of those that the expression says nothing
// about.
Result<PacketSelection> select_packets(const SelectOptions& options,
                                       std::span<const dataset::LinkTypeCount> link_types,
                                       Reporter& reporter, const std::stop_token& stop);

// What a job that only reads captures needs to choose packets of them: an expression may have names
// of hosts in it, which are looked up.
confine::Needs needs_of(const SelectOptions& options);

}  // namespace gophercap::jobs
