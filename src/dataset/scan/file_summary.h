// What one pass over a capture file has shown, and the same for a set of files.
// docs/formats/dump.md describes the written form.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "capture/capture_reader.h"
#include "io/open.h"

namespace gophercap::dataset {

// Smaller steps back count as packets out of order, not as a step of the clock.
inline constexpr Nanos kClockStep = std::chrono::seconds(1);

struct LinkTypeCount {
  uint32_t link_type = 0;
  uint64_t packets = 0;
  bool operator==(const LinkTypeCount&) const = default;
};

struct FileSummary {
  std::string path;  // bytes, as given or found; for a member see member_path()
  // Path of the tarball that contains it; empty for a file.
  std::string tarball;
  capture::Format format = capture::Format::kUnknown;
  io::Compression compression = io::Compression::kNone;
  std::vector<LinkTypeCount> link_types;  // in order of first appearance
  uint32_t interfaces = 0;
  uint32_t sections = 0;     // pcapng: sections; pcap: concatenated captures
  uint32_t snap_length = 0;  // the largest of all interfaces; 0: no limit

  uint64_t packets = 0;
  uint64_t captured_bytes = 0;
  uint64_t wire_bytes = 0;   // sum of original lengths
  uint64_t plain_bytes = 0;  // length of the decompressed file as far as it was read; a replay
                             // reads no further, even if the file has grown
  uint32_t max_captured_bytes = 0;

  // Times of packets that have one; empty if there are none. first and last in file order, min and
  // max by time.
  std::optional<CaptureTime> first, last, min, max;
  uint64_t out_of_order = 0;   // packets with a time below that of the previous packet
  Nanos largest_step_back{0};  // largest distance of a packet below the largest time before it
  uint64_t largest_step_back_packets = 0;  // number of places by which such a packet is too late
                                           // (exact up to 4096, then too large by at most 4095)
  Nanos largest_gap{0};                    // between a packet and the largest time before it
  std::optional<CaptureTime> largest_gap_from;  // that largest time; empty if there is no gap, or
                                                // the dump is too old to say
  // Steps of a clock that was set back: the number of packets more than kClockStep below the
  // previous packet, the time of the packet before the first of these, and the number of packets
  // more than kClockStep below the largest time before them.
  uint64_t clock_steps_back = 0;
  std::optional<CaptureTime> first_step_back_from;
  uint64_t packets_behind_step = 0;

  uint64_t packets_above_1514 = 0;  // too long for an MTU of 1500, by captured length, …
  uint64_t packets_above_1518 = 0;  // … of 1500 with a VLAN tag, …
  uint64_t packets_above_9014 = 0;  // … of 9000
  uint64_t packets_cut = 0;         // captured < original
  uint64_t packets_without_time = 0;
  uint64_t packets_fraction_carried = 0;
  uint64_t packets_captured_above_original = 0;
  uint64_t padding_bytes = 0;

  uint64_t file_size_bytes = 0;
  int64_t mtime_ns = 0;

  std::optional<capture::Damage> damage;

  bool empty() const noexcept { return packets == 0; }
  // True if the file consists of several concatenated captures, as from `cat a.pcap b.pcap`.
  // Several sections of a pcapng do not count, since the format is made for them.
  bool joined() const noexcept { return sections > 1 && format != capture::Format::kPcapng; }
  // The link type if the file header sets reserved bits of it and there are packets: no other file
  // and no interface can take them.
  std::optional<uint32_t> reserved_link_type() const noexcept;
  // The path inside its tarball. REQUIRES: it is in a tarball.
  std::string_view member() const noexcept;
};

// Returns the entry for something that could not be used at all: a capture, a folder, or a whole
// tarball. It has the present size and time of that path, so that a later change is noticed
// (still_valid()).
FileSummary unreadable(const std::string& path, const Error& error);

struct DatasetSummary {
  std::vector<FileSummary> files;  // ordered by path bytes
  std::optional<CaptureTime> beginning,
      end;  // smallest and largest time of all files; empty if no packet has a time
  uint64_t overlap_depth = 0;  // largest number of files whose [min, max] contain the same instant

  uint64_t packets() const noexcept;
  uint64_t captured_bytes() const noexcept;
  uint64_t damaged_files() const noexcept;
  // Number of files that the system did not let be read to their end (capture::Damage::refused()).
  uint64_t unread_files() const noexcept;
};

// Computes beginning, end and overlap_depth from files.
void summarize(DatasetSummary& set);

}  // namespace gophercap::dataset
