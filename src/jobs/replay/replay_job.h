// `gophercap replay`: put a dataset back on an interface (or into a file) as it happened.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ratio.h"
#include "base/result.h"
#include "capture/pcap_writer.h"
#include "dataset/dump/relocate.h"
#include "jobs/memory_limit.h"
#include "jobs/replay/schedule_notes.h"
#include "jobs/reporter.h"
#include "replay/plan/clock_steps.h"
#include "replay/plan/window.h"
#include "replay/report.h"
#include "replay/send/clock.h"
#include "replay/send/pacer.h"
#include "replay/send/sender.h"
#include "transmit/wire/wire.h"

namespace gophercap::jobs {

enum class OutFormat : uint8_t {
  kAuto,
  kPcap,
  kPcapng
};  // kAuto: pcap where there is one link type, else pcapng

struct ReplayOptions {
  std::vector<std::string> paths;  // given: these are mapped first; empty: dump_path is read
  std::string dump_path;
  std::string file_regexp;
  std::vector<dataset::PrefixChange> path_prefixes;  // for a dump whose files have moved
  int workers = 0;                                   // for mapping; < 1 = number of CPUs
  io::Owners owners = io::Owners::kTrusted;          // of dumps, reports and indexes

  // Which packets.
  replay::Window window;
  std::string expression;  // pcap-filter(7); empty = all
  bool skip_out_of_order = false;
  uint32_t longest_frame_bytes = UINT32_MAX;

  // Where to.
  std::string out_interface;
  std::string out_file;  // not empty: written instead of sending; "-" = stdout
  bool discard = false;  // everything but sending, as fast as it goes
  OutFormat out_format = OutFormat::kAuto;
  transmit::WireOptions wire;  // backend and qdisc_bypass; the rest is filled in
  unsigned tx_threads = 1;     // 1 to replay::kMostLanes, for an interface
  Nanos link_timeout{0};       // how long the interface may be down

  // When.
  bool topspeed = false;
  replay::Pace pace;  // a rate instead of the capture's own time; the longest gap
  replay::LatePolicy late = replay::LatePolicy::kCatchUp;
  Nanos late_limit{0};
  replay::Pacing pacing = replay::Pacing::kBalanced;
  std::optional<int64_t> start_at_wall_ns;  // as SendOptions
  Ratio speed{};                            // 2 = twice as fast
  std::optional<Nanos> scale_to;            // > 0; instead of `speed`: how long one loop takes
  bool files_start_together = false;
  // The files one after the other, in the order of their paths, so long apart (>= 0, in capture
  // time). Not with files_start_together.
  std::optional<Nanos> file_gap;
  bool sort = false;               // inside each file
  replay::ClockSteps clock_steps;  // not with `sort`
  int64_t loop_count = 1;          // <= 0 = for ever
  bool loop_infinite = false;
  std::optional<Nanos> loop_gap;  // >= 0, in capture time; default: the mean gap

  std::vector<std::string> also_reads;     // files that its caller reads later
  std::string report_path;                 // empty = none; "-" = stdout
  std::vector<replay::GivenOption> given;  // of these, as the user wrote them: for the report
  MemoryLimit memory;    // for packets between disk and wire, and for decompressing
  bool preload = false;  // all of the set in there before the first packet
};

struct ReplayResult {
  replay::Report report;
  std::optional<Error> report_error;  // why the report could not be written
  bool interrupted = false;
};

// Fails if nothing could be sent for a reason known before the first packet (interface, permission,
// no files, no packets, no folder for the report). What goes wrong later is in the result, and the
// report is written all the same.
Result<ReplayResult> run_replay(const ReplayOptions& options, Reporter& reporter,
                                std::stop_token stop);

// What a replay would do, without doing it.
struct Forecast {
  std::string target;
  std::optional<Error> obstacle;  // why it can't begin at the moment (interface)
  uint64_t files = 0;
  uint64_t files_outside_window = 0;
  uint64_t files_damaged = 0;
  uint64_t files_unread = 0;
  uint64_t overlap_depth = 0;
  uint64_t packets = 0;  // of one loop, inside the window
  CaptureTime first{}, last{};
  Nanos span{0};          // in capture time
  Ratio stretch{};        // send time per capture time
  bool topspeed = false;  // nothing is due at any time
  replay::Pace pace;
  Nanos duration{0};           // of one loop, as sent; 0 at top speed
  Nanos period{0};             // from one loop to the next, as sent
  uint64_t loops = 1;          // 0 = for ever
  std::optional<Nanos> total;  // of all loops; empty = endless or as fast as it goes
  bool at_most = false;        // these three are upper limits: only a pass would know
  uint64_t packets_cut = 0;
  ScheduleNotes notes;
  uint64_t clock_steps_followed = 0;  // of one loop
  replay::Accounts accounts;  // of one loop; `sent` is what would leave, `sent_bytes` the most
};

std::string forecast_to_json(const Forecast& forecast);

// Needs no privilege. Reads files a second time only where the map does not tell what becomes of
// their packets.
Result<Forecast> forecast_replay(const ReplayOptions& options, Reporter& reporter,
                                 std::stop_token stop);

}  // namespace gophercap::jobs
