// `gophercap replay`: put a dataset back on an interface (or into a file) as it happened.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/pcap_writer.h"
#include "jobs/reporter.h"
#include "replay/report.h"

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
  int workers = 0;  // for mapping; < 1 = number of CPUs

  std::string out_interface;
  std::string out_file;  // not empty: written instead of sending; "-" = stdout
  OutFormat out_format = OutFormat::kAuto;

  bool topspeed = false;
  int64_t loop_count = 1;  // <= 0 = for ever
  bool loop_infinite = false;

  std::string report_path;                      // empty = none; "-" = stdout
  uint64_t memory_bytes = uint64_t{128} << 20;  // for packets between disk and wire
};

struct ReplayResult {
  replay::Report report;
  bool interrupted = false;
};

// Fails if nothing could be sent for a reason known before the first packet (interface, permission,
// no files, no packets) or if sending broke down; the report is written in the latter case too.
Result<ReplayResult> run_replay(const ReplayOptions& options, Reporter& reporter,
                                std::stop_token stop);

}  // namespace gophercap::jobs
