// What a replay did, beside the account of its packets. docs/formats/report.md has the written
// form, which report_to_json() makes; cli/text/replay_report.cc says it in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "replay/accounts.h"
#include "replay/damaged_file.h"
#include "replay/send/clock.h"
#include "replay/send/host.h"
#include "replay/send/send_stats.h"
#include "transmit/link/interface.h"
#include "transmit/tunnel/open_tunnel.h"

namespace gophercap::replay {

// The interface that was sent to.
struct InterfaceReport {
  std::string name{};
  transmit::InterfaceFacts facts{};
  std::string backend{};  // "packet", "ring", "xdp"
  bool qdisc_bypass = false;
  std::string reason{};  // why that way
  size_t tx_threads = 1;
  std::vector<std::string> notes{};  // what was asked for and could not be had
  transmit::InterfaceCounters before{};
  std::optional<transmit::InterfaceCounters> after{};  // empty: it is gone
};

// The tunnel that was sent through.
struct TunnelReport {
  std::string kind{};  // "vxlan", …
  transmit::TunnelFacts facts{};
  size_t tx_threads = 1;
};

// An option as the user gave it, in whatever way.
struct GivenOption {
  std::string name;  // without the dashes
  std::vector<std::string> values;
  bool repeatable = false;  // else `values` holds one
};

// What was asked for: with it, a reader of the report needs nothing else to make the plan again.
struct Request {
  std::vector<GivenOption> options;  // whose values are not the defaults
  std::string directory;             // in which it was run; "" = not known
  std::vector<std::string> paths;    // of the set, as given; empty: it was read from …
  std::string dump_path;             // … this dump
};

struct Report {
  std::optional<Request> request;  // empty: nobody did
  std::string plan_digest;         // see plan_digest()
  std::string target;              // Transmitter::describe()
  // Longest frame that it takes, Ethernet header included and a VLAN tag not; empty = any.
  std::optional<uint32_t> max_frame_bytes;
  std::string pacing;   // "capture time", "top speed", "simulated time", or the rate
  Ratio time_factor{};  // send time per capture time
  uint64_t files = 0;
  uint64_t files_outside_window = 0;  // not opened
  uint64_t packets_planned = 0;       // per loop, from the map
  uint64_t loops_planned = 1;         // 0 = for ever
  uint64_t loops_done = 0;            // complete ones
  uint64_t gaps_shortened = 0;        // --max-gap
  Nanos time_removed{0};              // by that, from the schedule
  uint64_t slips = 0;                 // --late slip: how often the schedule was moved, …
  Nanos slipped{0};                   // … and by how much
  // When the first packet was due, by this machine's wall clock (CLOCK_REALTIME), in nanoseconds
  // since 1970: what a receiver's stamps are held against. Empty: no real time has passed.
  std::optional<int64_t> started_wall_ns;
  bool started_unready = false;  // then not all that was due in the first second had been read
  CaptureTime first{};           // capture time of the first packet
  CaptureTime last{};
  Nanos planned_duration{0};  // first to last packet, all loops; 0 at top speed, for ever,
                              // and of a stopped run at a rate
  Nanos send_duration{0};     // first send call to the return of the last
  Accounts accounts;
  Histogram lateness;          // when it left minus when it was due, per packet; empty at top speed
  Histogram gap_error;         // by how much the gap to the packet before was off
  std::optional<Drift> drift;  // empty: too short to tell
  Stalls stalls;               // while the sending threads waited by spinning
  uint64_t preempted = 0;      // how often the system took the CPU from a sending thread
  uint64_t outages = 0;        // the interface was down, …
  Nanos outage{0};             // … for so long in all
  uint64_t starved_packets =
      0;  // sent late because no reader had them ready in time; also in `lateness`
  uint64_t send_calls = 0;
  uint64_t retries = 0;  // after ENOBUFS, EAGAIN
  // Frames that the kernel has counted on the interface meanwhile; empty: it does not count there.
  std::optional<uint64_t> counted_by_interface;
  std::vector<DamagedFile> damaged;
  std::vector<std::string> not_granted;  // of what --pacing exact asks the system for
  std::string failure;                   // why sending broke down; empty = it did not
  int failure_errno = 0;                 // of that, 0 = none
  std::string first_refusal;             // why the first of accounts.failed was refused
  bool interrupted = false;
  std::string profile;  // of pacing; "" where no time passed
  HostFacts host;
  std::optional<InterfaceReport> interface;
  std::optional<TunnelReport> tunnel;

  // What was handed over and, by the kernel's count, never left.
  uint64_t lost_behind_us() const noexcept {
    return counted_by_interface && *counted_by_interface < accounts.frames_sent
               ? accounts.frames_sent - *counted_by_interface
               : 0;
  }
};

// REQUIRES: report.failure is not empty.
Error failure_of(const Report& report);
std::string report_to_json(const Report& report);

}  // namespace gophercap::replay
