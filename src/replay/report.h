// The result of a replay. docs/formats/report.md describes its JSON, which report_to_json()
// writes; cli/text/replay_report.cc prints it as text.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "base/words.h"
#include "packet/side.h"
#include "replay/accounts.h"
#include "replay/control.h"
#include "replay/damaged_file.h"
#include "replay/send/clock.h"
#include "replay/send/host.h"
#include "replay/send/limit.h"
#include "replay/send/scheduler.h"
#include "replay/send/send_stats.h"
#include "transmit/link/interface.h"
#include "transmit/tunnel/open_tunnel.h"

namespace gophercap::replay {

// An interface that packets were sent to.
struct InterfaceReport {
  std::string name{};
  std::optional<packet::Side> side{};  // whose packets it got; empty: those of both
  transmit::InterfaceFacts facts{};
  std::string backend{};  // "packet", "ring", "xdp"
  bool qdisc_bypass = false;
  std::string reason{};  // why this backend was used
  size_t tx_threads = 1;
  std::vector<std::string> notes{};  // requests that could not be met
  transmit::InterfaceCounters before{};
  std::optional<transmit::InterfaceCounters> after{};  // empty: it no longer exists
  // Of several interfaces: what was sent to this one.
  uint64_t frames_sent = 0;
  uint64_t sent_bytes = 0;

  // Frames that the kernel has counted on it during the run; empty: it no longer exists.
  std::optional<uint64_t> counted() const noexcept {
    if (!after) return std::nullopt;
    return after->tx_packets - before.tx_packets;
  }
};

// How packets were split between the sides of clients and servers.
struct SplitReport {
  std::string rule{};  // "auto", "client-net", "mac"
  // What the set said otherwise than ports and addresses: TCP connections by who sent the SYN, and
  // datagrams by their first fragment.
  uint64_t connections_learned = 0;
  uint64_t datagrams_learned = 0;
  uint64_t unknown = 0;  // SideTable::unknown()
};

// The tunnel that was sent through.
struct TunnelReport {
  std::string kind{};  // "vxlan", …
  transmit::TunnelFacts facts{};
  size_t tx_threads = 1;
};

// An option as given on the command line, in the environment or in a configuration.
struct GivenOption {
  std::string name;  // without the dashes
  std::vector<std::string> values;
  bool repeatable = false;  // otherwise there is one value
};

// What the user asked for. A reader of the report can plan the same replay from it.
struct Request {
  std::vector<GivenOption> options;  // those whose values are not the defaults
  std::string directory;             // the working directory; empty: unknown
  std::vector<std::string> paths;    // of the set, as given; empty: it was read from `dump_path`
  std::string dump_path;
};

// What the due times of packets follow.
enum class SentBy : uint8_t {
  kCaptureTime,
  kSimulatedTime,  // capture time by a clock that does not wait
  kRate,
  kTopSpeed,  // nothing: packets have no due times
};
// As reports say it. A rate has no word: its figure is reported instead.
constexpr auto words_of(SentBy) noexcept {
  return std::to_array<Word<SentBy>>({{SentBy::kCaptureTime, "capture time"},
                                      {SentBy::kSimulatedTime, "simulated time"},
                                      {SentBy::kTopSpeed, "top speed"}});
}
// The word, or for kRate the rate of `rule`.
std::string pacing_text(SentBy sent_by, const ScheduleRule& rule);

struct Report {
  std::optional<Request> request;  // empty: the replay was not started by a user
  std::string plan_digest;         // see plan_digest()
  std::string target;              // Transmitter::describe()
  // The longest frame that the target accepts, with Ethernet header but without a VLAN tag; empty:
  // no limit.
  std::optional<uint32_t> max_frame_bytes;
  std::string oversize;              // what was done about longer ones; empty: there is no limit
  std::vector<std::string> rewrite;  // the rules in force: "map-ip 10.0.0.0/8=172.0.0.0/8"
  SentBy sent_by = SentBy::kCaptureTime;
  ScheduleRule rule{};  // the rate, if it was sent by one
  Ratio time_factor{};  // send time per capture time
  uint64_t files = 0;
  uint64_t files_outside_window = 0;  // not opened
  uint64_t packets_planned = 0;       // per loop, from the map
  uint64_t loops_planned = 1;         // 0: endless
  uint64_t loops_done = 0;            // complete ones
  Limit limit{};                      // --limit
  bool limit_reached = false;         // it ended the replay
  uint64_t gaps_shortened = 0;        // --max-gap
  Nanos time_removed{0};              // from the schedule, by --max-gap
  uint64_t slips = 0;                 // --late slip: how often the schedule was moved
  Nanos slipped{0};                   // by how much in all
  // When the first packet was due, by this machine's wall clock (CLOCK_REALTIME), in nanoseconds
  // since 1970; verify compares it with the times of the receiver. Empty: no real time has passed.
  std::optional<int64_t> started_wall_ns;
  bool started_unready = false;  // it started before everything due in the first second was read
  CaptureTime first{};           // capture time of the first packet
  CaptureTime last{};
  Nanos planned_duration{0};  // first to last packet, all loops; 0 at top speed, if endless, and
                              // if a run at a rate was stopped
  Nanos send_duration{0};     // from the first send call to the return of the last one
  Accounts accounts;
  Histogram lateness;          // when a packet left minus when it was due; empty at top speed
  Histogram gap_error;         // by how much the gap to the previous packet was wrong
  std::optional<Drift> drift;  // empty: the run was too short
  Stalls stalls;               // of sending threads while they spun
  uint64_t preempted = 0;      // how often the system took the CPU from a sending thread
  uint64_t outages = 0;        // how often the interface was down
  Nanos outage{0};             // for how long in all
  // Packets that were late because they had not been read in time; also in `lateness`.
  uint64_t starved_packets = 0;
  uint64_t send_calls = 0;
  uint64_t retries = 0;  // after ENOBUFS, EAGAIN
  // Frames that the kernel has counted on all interfaces during the run; empty: it does not count.
  std::optional<uint64_t> counted_by_interface;
  std::vector<DamagedFile> damaged;
  std::vector<std::string> not_granted;  // what --pacing exact needs and the system refused
  std::optional<Error> failure;          // why sending broke down; empty: it did not
  std::string first_refusal;             // why the first packet of accounts.failed was refused
  bool interrupted = false;
  std::optional<ControlChanges> control;  // changes while it ran; empty: they were not possible
  std::string profile;                    // --pacing; empty if no real time has passed
  HostFacts host;
  std::vector<InterfaceReport> interfaces;
  std::optional<SplitReport> split;
  std::optional<TunnelReport> tunnel;

  // Frames that were passed to the kernel for this interface and, by its own count, did not leave.
  uint64_t lost_behind_us(const InterfaceReport& interface) const noexcept {
    const uint64_t sent = interfaces.size() > 1 ? interface.frames_sent : accounts.frames_sent;
    return sent - std::min(sent, interface.counted().value_or(sent));
  }
};

std::string report_to_json(const Report& report);

}  // namespace gophercap::replay
