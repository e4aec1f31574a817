// What is known of a capture file after one pass over it, and of a set of them.
// docs/formats/dump.md has the written form.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "capture/capture_reader.h"
#include "io/open.h"

namespace gophercap::dataset {

// How a member of a tarball is written: "big.tar.gz!/dir/x.pcap" (SPEC 3).
std::string member_path(std::string_view tarball, std::string_view member);
struct MemberPath {
  std::string tarball;
  std::string member;
};
// Where `path` is that of a member: at the first "!/" behind what `is_tarball` says to be one.
std::optional<MemberPath> split_member_path(
    const std::string& path, const std::function<bool(const std::string&)>& is_tarball);

// Smaller steps back are disorder.
inline constexpr Nanos kClockStep = std::chrono::seconds(1);

struct LinkTypeCount {
  uint32_t link_type = 0;
  uint64_t packets = 0;
  bool operator==(const LinkTypeCount&) const = default;
};

struct FileSummary {
  std::string path;  // bytes, as given or found; of a member: see member_path()
  // Path of the tarball that it lies in; empty: it is a file of its own.
  std::string tarball;
  capture::Format format = capture::Format::kUnknown;
  io::Compression compression = io::Compression::kNone;
  std::vector<LinkTypeCount> link_types;  // in order of first appearance
  uint32_t interfaces = 0;
  uint32_t sections = 0;     // of a pcapng; captures, one after the other, of a pcap
  uint32_t snap_length = 0;  // the largest of the interfaces'; 0 = not limited

  uint64_t packets = 0;
  uint64_t captured_bytes = 0;
  uint64_t wire_bytes = 0;   // sum of original lengths
  uint64_t plain_bytes = 0;  // length of the decompressed file, as far as it was read: a replay
                             // reads no further, whatever was written since
  uint32_t max_captured_bytes = 0;

  // Of packets that have a time. Empty: there is none. first/last in file order; min/max by time.
  std::optional<CaptureTime> first, last, min, max;
  uint64_t out_of_order = 0;   // packets whose time is below that of the packet before them
  Nanos largest_step_back{0};  // how far a packet lies below the largest time before it
  uint64_t largest_step_back_packets = 0;  // by how many places such a packet stands too late
                                           // (exact up to 4096, then rounded up by at most 4095)
  Nanos largest_gap{0};                    // between a packet and the largest time before it
  std::optional<CaptureTime> largest_gap_from;  // that time; empty: there is no gap, or an older
                                                // dump does not say
  // A clock that was set back: packets whose time is more than kClockStep below that of the packet
  // before them, the time of the packet before the first of these, and how many packets lie more
  // than kClockStep below the largest time before them.
  uint64_t clock_steps_back = 0;
  std::optional<CaptureTime> first_step_back_from;
  uint64_t packets_behind_step = 0;

  uint64_t packets_above_1514 = 0;  // captured bytes: will not fit MTU 1500, …
  uint64_t packets_above_1518 = 0;  // … with a VLAN tag, …
  uint64_t packets_above_9014 = 0;  // … MTU 9000
  uint64_t packets_cut = 0;         // captured < original
  uint64_t packets_without_time = 0;
  uint64_t packets_fraction_carried = 0;
  uint64_t packets_captured_above_original = 0;
  uint64_t padding_bytes = 0;

  uint64_t file_size_bytes = 0;
  int64_t mtime_ns = 0;

  std::optional<capture::Damage> damage;

  bool empty() const noexcept { return packets == 0; }
  // Several captures one after the other, as `cat a.pcap b.pcap` makes it: `sections` of them. Of a
  // pcapng, which is made to have sections, that is nothing to tell.
  bool joined() const noexcept { return sections > 1 && format != capture::Format::kPcapng; }
  // In its tarball. REQUIRES: it lies in one.
  std::string_view member() const noexcept;
};

// The entry of what could not be used at all: a capture, a folder, a tarball as such. It has the
// size and the time of what stands under that path now, so that a change is noticed
// (still_valid()).
FileSummary unreadable(const std::string& path, const Error& error);

struct DatasetSummary {
  std::vector<FileSummary> files;  // ordered by path bytes
  std::optional<CaptureTime> beginning,
      end;  // smallest and largest time of all files; empty: no packet has a time
  uint64_t overlap_depth = 0;  // most files whose [min, max] hold one instant

  uint64_t packets() const noexcept;
  uint64_t captured_bytes() const noexcept;
  uint64_t damaged_files() const noexcept;
  // Those that the system did not let be read to their end (capture::Damage::refused()).
  uint64_t unread_files() const noexcept;
};

// Fills beginning, end and overlap_depth from files.
void summarize(DatasetSummary& set);

}  // namespace gophercap::dataset
