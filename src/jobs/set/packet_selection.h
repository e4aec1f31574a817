// Selects packets of a set by the user's options.
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

// Decides about each packet. It may be moved: `choice` points to the object that `expression` owns.
struct PacketSelection {
  std::unique_ptr<const packet::BpfFilter> expression;  // null: every packet
  replay::Choice choice;
};

// Checks early that the expression is valid for some link type, so that hours of mapping do not end
// with a typing error. Errors: kInvalidArgument, kCancelled, kNoMemory.
Result<> check_expression(const std::string& expression, const std::stop_token& stop);

// `link_types` are those of the packets to select from. Warns of link types for which the
// expression is meaningless.
Result<PacketSelection> select_packets(const SelectOptions& options,
                                       std::span<const dataset::LinkTypeCount> link_types,
                                       Reporter& reporter, const std::stop_token& stop);

// What a job that only reads captures needs to select packets: an expression may contain host
// names, which have to be resolved.
confine::Needs needs_of(const SelectOptions& options);

}  // namespace gophercap::jobs
