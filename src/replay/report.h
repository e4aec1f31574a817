// What a replay did: every packet read is in exactly one of these counters. docs/formats/report.md
// has the written form.
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "capture/capture_reader.h"
#include "replay/send/clock.h"
#include "replay/send/host.h"
#include "replay/send/send_stats.h"
#include "transmit/link/interface.h"

namespace gophercap::replay {

// The MTU with which frames would have passed that were too long: some of them, and all. 0: there
// were none.
struct MtuNeeded {
  uint64_t by_some = 0;
  uint64_t by_all = 0;

  void add(uint64_t mtu) noexcept {
    if (mtu == 0) return;
    by_some = by_some == 0 ? mtu : std::min(by_some, mtu);
    by_all = std::max(by_all, mtu);
  }
  void add(const MtuNeeded& other) noexcept {
    add(other.by_some);
    add(other.by_all);
  }
};

// read == sent + filtered + outside_window + skipped() + dropped_late + missed_link_down + failed +
// unsent_at_stop.
// Bytes are those of sent frames.
struct Accounts {
  uint64_t read = 0;
  uint64_t sent = 0;
  uint64_t sent_bytes = 0;
  uint64_t filtered = 0;              // the expression did not match
  uint64_t outside_window = 0;        // read, since their file also holds packets inside
  uint64_t skipped_out_of_order = 0;  // --skip-ooo
  uint64_t skipped_above_limit = 0;   // --skip-mtu
  uint64_t skipped_link_type = 0;     // not Ethernet on an interface
  uint64_t skipped_too_long = 0;      // longer than the interface takes
  uint64_t skipped_too_short = 0;     // shorter than an Ethernet header
  uint64_t dropped_late = 0;          // --late drop
  uint64_t missed_link_down = 0;      // due while the interface was down (--link-timeout)
  uint64_t failed = 0;                // refused by the backend while sending
  uint64_t unsent_at_stop = 0;        // read ahead, then a stop or failure came
  // Not parts of the sum:
  uint64_t sent_cut = 0;        // sent, but the capture has only their first bytes (snap length)
  uint64_t fcs_removed = 0;     // sent without their captured frame check sequence
  uint64_t filtered_vlan = 0;   // of those filtered: Ethernet frames with a VLAN tag
  uint64_t clock_steps = 0;     // --clock-steps follow: how often a file's clock was followed
  uint64_t not_sorted = 0;      // --reorder: stood too far back for the memory given
  uint64_t failed_far_end = 0;  // of those failed: longer than the far end takes
  // By those and by skipped_too_long.
  MtuNeeded mtu_needed{};

  // Because the user asked for it, and because it could not be helped.
  uint64_t skipped_as_asked() const noexcept { return skipped_out_of_order + skipped_above_limit; }
  uint64_t skipped_by_target() const noexcept {
    return skipped_link_type + skipped_too_long + skipped_too_short;
  }
  uint64_t skipped() const noexcept { return skipped_as_asked() + skipped_by_target(); }
  // Everything read that was never handed to the sending thread.
  uint64_t left_out() const noexcept { return filtered + outside_window + skipped(); }
  bool balanced() const noexcept {
    return read == sent + left_out() + dropped_late + missed_link_down + failed + unsent_at_stop;
  }

  Accounts& operator+=(const Accounts& other) noexcept;
  Accounts times(uint64_t loops) const noexcept;
};

struct DamagedFile {
  std::string path;
  capture::Damage damage;
};

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
  std::string pacing;  // "capture time", "top speed", "simulated time", or the rate
  Ratio stretch{};     // send time per capture time
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

  // What was handed over and, by the kernel's count, never left.
  uint64_t lost_behind_us() const noexcept {
    return counted_by_interface && *counted_by_interface < accounts.sent
               ? accounts.sent - *counted_by_interface
               : 0;
  }
};

// REQUIRES: report.failure is not empty.
Error failure_of(const Report& report);
std::string report_to_json(const Report& report);
nlohmann::ordered_json accounts_to_json(const Accounts& accounts);

}  // namespace gophercap::replay
