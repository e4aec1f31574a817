#include "dataset/dump/dump_writer.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <limits>

#include "dataset/dump/dump.h"
#include "packet/link_type.h"

namespace gophercap::dataset {
namespace {

double packets_per_second(uint64_t packets, Nanos duration) {
  if (duration.count() <= 0) return 0;
  return static_cast<double>(packets) / (static_cast<double>(duration.count()) / 1e9);
}

std::string hex(std::string_view bytes) {
  std::string digits;
  for (const char c : bytes) {
    fmt::format_to(std::back_inserter(digits), "{:02x}", static_cast<uint8_t>(c));
  }
  return digits;
}

}  // namespace

DumpWriter::DumpWriter(const DatasetSummary& set)
    : set_(set), set_beginning_(set.beginning.value_or(CaptureTime{})) {}

void DumpWriter::begin() {
  json_.begin_object();
  json_.field("gophercap_dump_version", kDumpVersion);
  json_.field("beginning", format_rfc3339(set_beginning_));
  json_.field("end", format_rfc3339(set_.end.value_or(set_beginning_)));
  json_.field("overlap_depth", set_.overlap_depth);
  json_.key("files");
  json_.begin_array();
}

void DumpWriter::end() {
  json_.end_array();
  json_.end_object();
  json_.end_text();
}

void DumpWriter::file(const FileSummary& file) {
  json_.begin_object();
  json_.field("path", file.path);
  if (!is_utf8(file.path)) json_.field("path_hex", hex(file.path));
  if (!file.tarball.empty()) {
    json_.field("archive", file.tarball);
    json_.field("member", file.member());
  }
  keys_of_the_original(file);
  if (file.empty()) json_.field("empty", true);
  contents(file);
  order_and_lengths(file);
  json_.field("file_size_bytes", file.file_size_bytes);
  json_.field("mtime", format_rfc3339(capture_time(file.mtime_ns)));
  if (file.damage) {
    json_.key(file.damage->refused() ? "unread" : "damage");
    json_.begin_object();
    json_.field("offset_bytes", file.damage->offset_bytes);
    json_.field("code", word_of(file.damage->code));
    json_.field("reason", file.damage->reason);
    json_.end_object();
  }
  json_.end_object();
}

void DumpWriter::keys_of_the_original(const FileSummary& file) {
  const CaptureTime beginning = file.min.value_or(set_beginning_);
  const CaptureTime end = file.max.value_or(beginning);
  // 1677 to 2262 is twice what a duration holds. Go's Time.Sub stops at the largest one too.
  const Nanos duration = saturating_distance(beginning, end);
  const Nanos delay = saturating_distance(set_beginning_, beginning);
  json_.field("snaplen", file.snap_length);
  json_.field("packets", file.packets);
  json_.field("size", file.captured_bytes);
  json_.field("max_packet_size", file.max_captured_bytes);
  json_.field("out_of_order", file.out_of_order);
  json_.field("beginning", format_rfc3339(beginning));
  json_.field("end", format_rfc3339(end));
  json_.field("pps", packets_per_second(file.packets, duration));
  json_.field("duration", int64_t{duration.count()});
  json_.field("duration_human", format_duration(duration));
  json_.field("delay", int64_t{delay.count()});
  json_.field("delay_human", format_duration(delay));
}

void DumpWriter::contents(const FileSummary& file) {
  json_.field("format", word_of(file.format));
  json_.field("compression", word_of(file.compression));
  json_.key("link_types");
  json_.begin_array();
  for (const LinkTypeCount& count : file.link_types) {
    json_.begin_object();
    json_.field("link_type", count.link_type);
    const std::string_view name = packet::link_type_name(count.link_type);
    if (!name.empty()) json_.field("name", name);
    json_.field("packets", count.packets);
    json_.end_object();
  }
  json_.end_array();
  json_.field("interfaces", file.interfaces);
  json_.field("sections", file.sections);
  json_.field("plain_size_bytes", file.plain_bytes);
  json_.field("wire_bytes", file.wire_bytes);
}

void DumpWriter::order_and_lengths(const FileSummary& file) {
  if (file.first && file.last) {
    json_.field("first", format_rfc3339(*file.first));
    json_.field("last", format_rfc3339(*file.last));
  }
  json_.field("largest_step_back_ns", int64_t{file.largest_step_back.count()});
  json_.field("largest_step_back_packets", file.largest_step_back_packets);
  json_.field("largest_gap_ns", int64_t{file.largest_gap.count()});
  if (file.largest_gap_from)
    json_.field("largest_gap_from", format_rfc3339(*file.largest_gap_from));
  json_.field("steps_back_above_1s", file.clock_steps_back);
  if (file.first_step_back_from)
    json_.field("first_step_back_from", format_rfc3339(*file.first_step_back_from));
  json_.field("packets_behind_above_1s", file.packets_behind_step);
  json_.field("packets_above_1514_bytes", file.packets_above_1514);
  json_.field("packets_above_1518_bytes", file.packets_above_1518);
  json_.field("packets_above_9014_bytes", file.packets_above_9014);
  json_.field("packets_cut_by_snaplen", file.packets_cut);
  json_.field("packets_without_time", file.packets_without_time);
  json_.field("packets_fraction_carried", file.packets_fraction_carried);
  json_.field("packets_captured_above_original", file.packets_captured_above_original);
  json_.field("padding_bytes", file.padding_bytes);
}

std::string dump_to_json(const DatasetSummary& set) {
  DumpWriter writer(set);
  writer.begin();
  for (const FileSummary& file : set.files) writer.file(file);
  writer.end();
  return std::move(writer.text());
}

}  // namespace gophercap::dataset
