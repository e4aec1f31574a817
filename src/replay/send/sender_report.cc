// What a sending thread adds to the report.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "replay/report.h"
#include "replay/send/sender.h"

namespace gophercap::replay {

// If nothing can be sent any more, the frames given up last were not the cause.
uint64_t Sender::failed_packets() const noexcept {
  const uint64_t given_up = patience_.given_up() - (fatal_errno_ != 0 ? patience_.in_doubt() : 0);
  return failed_ + given_up - std::min(given_up, given_up_inside_);
}

void Sender::settle(Report& report) const {
  report.accounts.sent += sent();
  report.accounts.frames_sent += frames_sent();
  report.accounts.sent_bytes += sent_bytes();
  report.accounts.sent_cut += sent_cut_;
  const uint64_t given_up = patience_.given_up() - (fatal_errno_ != 0 ? patience_.in_doubt() : 0);
  const uint64_t failed = failed_packets();
  report.accounts.failed += failed;
  report.accounts.failed_far_end += std::min(failed_far_end_, failed);
  report.accounts.mtu_needed.add(mtu_needed_);
  report.accounts.dropped_late += dropped_late_;
  report.accounts.missed_link_down += missed_;
  report.outages = std::max(report.outages, outages_);
  report.outage = std::max(report.outage, outage_);
  report.slips += slips_;
  report.slipped += slipped_;
  if (refused_.priority != 0)
    report.not_granted.push_back(errno_error(refused_.priority, "real-time priority").what);
  if (refused_.affinity != 0)
    report.not_granted.push_back(errno_error(refused_.affinity, "a CPU of its own").what);
  report.lateness.merge(stats_.lateness());
  report.gap_error.merge(stats_.gap_error());
  if (own_ == 0) report.drift = stats_.drift();
  report.starved_packets += starved_;
  report.preempted += preempted_;
  report.send_calls += send_calls_;
  report.retries += retries_;
  if (send_calls_ > 0) {
    report.started_wall_ns = gate_.wall_ns();
    report.started_unready = !gate_.was_fed();
  }
  if (fatal_errno_ != 0) {
    Error failure = errno_error(fatal_errno_, transmitter_.describe_failed());
    if (fatal_errno_ == ENETDOWN && options_.link_timeout > Nanos(0))
      failure.what += " for " + format_duration(options_.link_timeout);
    report.failure = std::move(failure);
  } else if (failed_errno_ != 0 && report.first_refusal.empty()) {
    report.first_refusal = errno_error(failed_errno_, transmitter_.describe_failed()).what;
  } else if (given_up > 0 && report.first_refusal.empty()) {
    report.first_refusal =
        fmt::format("{}: a frame of {} bytes was refused again and again, while others passed",
                    transmitter_.describe(), patience_.first_given_up_bytes());
  } else if (failed_far_end_ > 0 && report.first_refusal.empty()) {
    const auto wires = transmitter_.wires();
    const size_t wire = wires.empty() ? 0 : failed_far_end_lane_;
    report.first_refusal = fmt::format("{}: longer than the {} bytes that the far end takes",
                                       (wires.empty() ? &transmitter_ : wires[wire])->describe(),
                                       far_end_bytes_[wire]);
  }
}

}  // namespace gophercap::replay
