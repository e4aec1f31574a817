#include "jobs/replay/replay_setup.h"

#include <filesystem>
#include <string>
#include <variant>

#include "confine/confine.h"
#include "jobs/confinement.h"
#include "jobs/set/packet_selection.h"

namespace gophercap::jobs {
namespace {

// Privileges for opening the target.
void add_needs(const Nowhere&, confine::Needs&) {}
void add_needs(const FileTarget&, confine::Needs&) {}
void add_needs(const InterfaceTarget&, confine::Needs& needs) {
  needs.calls.reset();
  needs.capabilities = opening_capabilities();
}

void add_needs(const TunnelTarget&, confine::Needs& needs) {
  needs.calls.reset();
  needs.capabilities = opening_capabilities();
  needs.files->names_resolved = true;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Everything needed besides the set.
confine::Needs needs_of(const ReplayOptions& options) {
  const DeliveryOptions& delivery = options.delivery;
  confine::Needs needs = needs_of(options.select);
  needs.files->outputs = {output_of(delivery.target), options.report_path};
  if (options.metrics) needs.files->outputs.push_back(options.metrics->path);
  if (!options.control_path.empty())  // the socket is removed at the end
    needs.files->folders.push_back(folder_of(options.control_path));
  if (delivery.pacing == replay::PacingProfile::kExact)
    needs.files->devices = {"/dev/cpu_dma_latency"};
  std::visit([&](const auto& kind) { add_needs(kind, needs); }, delivery.target);
  return needs;
}

}  // namespace

Result<PlannedSet> set_up(const ReplayOptions& options, Reporter& reporter,
                          const std::stop_token& stop) {
  const DeliveryOptions& delivery = options.delivery;
  const confine::Needs needs = needs_of(options);
  TRY(PlannedSet planned, plan_set({.set = options.set,
                                    .select = options.select,
                                    .schedule = options.schedule,
                                    .memory = options.memory,
                                    .preload = delivery.preload,
                                    .link = options.link,
                                    .rules = options.rules,
                                    .real_time = traits_of(delivery.target).real_time,
                                    .beside = needs},
                                   reporter, stop));
  planned.engine.mtu = options.mtu;
  replay::SendOptions& send = planned.engine.send;
  send.realtime = delivery.pacing == replay::PacingProfile::kExact;
  send.late = delivery.late;
  send.late_limit = delivery.late_limit;
  send.start_at_wall_ns = delivery.start_at_wall_ns;
  return planned;
}

}  // namespace gophercap::jobs
