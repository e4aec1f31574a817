#include "cli/text/map_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "capture/capture_reader.h"
#include "cli/text/escape.h"
#include "cli/text/schedule_text.h"
#include "cli/text/table.h"
#include "cli/text/trouble.h"
#include "cli/text/units.h"
#include "dataset/find/same_capture.h"
#include "packet/link_type.h"

namespace gophercap::cli {
namespace {

using dataset::DatasetSummary;
using dataset::FileSummary;

std::string join(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string link_type_text(uint32_t link_type) {
  const std::string_view name = packet::link_type_name(link_type);
  return name.empty() ? fmt::format("link type {}", link_type) : std::string(name);
}

// --- the table ---

std::string format_text(const FileSummary& file) {
  if (file.compression == io::Compression::kNone) return std::string(word_of(file.format));
  return fmt::format("{}+{}", word_of(file.format), word_of(file.compression));
}

std::string flags_text(const FileSummary& file) {
  std::vector<std::string> flags;
  if (file.damage) flags.emplace_back(file.damage->refused() ? "unread" : "damaged");
  if (file.empty()) flags.emplace_back("empty");
  if (file.packets_cut > 0) flags.emplace_back("snaplen");
  if (file.packets_without_time > 0) flags.emplace_back("timeless");
  if (file.padding_bytes > 0) flags.emplace_back("padded");
  if (file.joined()) flags.emplace_back("joined");
  return join(flags);
}

std::vector<std::string> row_of(const FileSummary& file, size_t folder_bytes) {
  return {escape_text(std::string_view(file.path).substr(folder_bytes)),
          format_text(file),
          group_digits(file.packets),
          human_bytes(file.captured_bytes),
          file.min ? human_time(*file.min) : "-",
          file.min ? human_duration(*file.max - *file.min) : "-",
          file.out_of_order == 0 ? "-" : group_digits(file.out_of_order),
          flags_text(file)};
}

// Length of the folder ("/data/x/") that contains all paths.
size_t common_folder(const std::vector<const FileSummary*>& files) {
  std::string_view common = files.front()->path;
  for (const FileSummary* file : files) {
    common = common.substr(
        0, static_cast<size_t>(std::ranges::mismatch(common, file->path).in1 - common.begin()));
  }
  const size_t slash = common.rfind('/');
  return slash == std::string_view::npos ? 0 : slash + 1;
}

std::string file_table(const DatasetSummary& set, const TextOptions& options) {
  std::vector<const FileSummary*> shown;
  shown.reserve(set.files.size());
  for (const FileSummary& file : set.files) shown.push_back(&file);
  std::string title;
  size_t folder_bytes = 0;
  if (options.terminal && shown.size() > kMaxTableFiles) {
    const auto larger = [](const FileSummary* a, const FileSummary* b) {
      return a->captured_bytes > b->captured_bytes;
    };
    std::ranges::stable_sort(shown, larger);
    shown.resize(kLargestShown);
    title = fmt::format("The {} largest of {} files (all of them: --json, or through a pipe):\n",
                        kLargestShown, group_digits(set.files.size()));
  }
  if (options.terminal && shown.size() > 1) folder_bytes = common_folder(shown);
  if (folder_bytes > 1) {
    title += fmt::format("In {}:\n", escape_text(shown.front()->path.substr(0, folder_bytes)));
  } else {
    folder_bytes = 0;
  }
  std::vector<std::vector<std::string>> rows;
  rows.reserve(shown.size());
  for (const FileSummary* file : shown) rows.push_back(row_of(*file, folder_bytes));
  return title + format_table({{.title = "FILE", .elided = true},
                               {.title = "FORMAT", .leaves = 1},
                               {.title = "PACKETS", .right_aligned = true},
                               {.title = "BYTES", .right_aligned = true},
                               {.title = "BEGINNING (UTC)"},
                               {.title = "DURATION", .right_aligned = true, .leaves = 2},
                               {.title = "UNORDERED", .right_aligned = true, .leaves = 3},
                               {.title = "NOTES"}},
                              rows, options.terminal ? options.width : 0);
}

// --- totals ---

struct Totals {
  uint64_t out_of_order = 0, wire_bytes = 0, cut = 0, without_time = 0, carried = 0,
           captured_above_original = 0;
  uint64_t above_1514 = 0, padding_bytes = 0, padded_files = 0, empty_files = 0;
  uint32_t max_captured_bytes = 0;
  std::map<uint32_t, uint64_t> link_types;
  uint64_t joined_files = 0, joined_captures = 0;
  const FileSummary* first_joined = nullptr;
  const FileSummary* largest_gap = nullptr;
  const FileSummary* largest_step_back = nullptr;
};

Totals total(const DatasetSummary& set) {
  Totals sum;
  for (const FileSummary& file : set.files) {
    sum.out_of_order += file.out_of_order;
    sum.wire_bytes += file.wire_bytes;
    sum.cut += file.packets_cut;
    sum.without_time += file.packets_without_time;
    sum.carried += file.packets_fraction_carried;
    sum.captured_above_original += file.packets_captured_above_original;
    sum.above_1514 += file.packets_above_1514;
    sum.padding_bytes += file.padding_bytes;
    sum.padded_files += file.padding_bytes > 0 ? uint64_t{1} : 0;
    sum.empty_files += file.empty() ? uint64_t{1} : 0;
    if (file.joined()) {
      ++sum.joined_files;
      sum.joined_captures += file.sections;
      if (sum.first_joined == nullptr) sum.first_joined = &file;
    }
    sum.max_captured_bytes = std::max(sum.max_captured_bytes, file.max_captured_bytes);
    for (const dataset::LinkTypeCount& count : file.link_types)
      sum.link_types[count.link_type] += count.packets;
    if (sum.largest_gap == nullptr || file.largest_gap > sum.largest_gap->largest_gap)
      sum.largest_gap = &file;
    if (sum.largest_step_back == nullptr ||
        file.largest_step_back > sum.largest_step_back->largest_step_back) {
      sum.largest_step_back = &file;
    }
  }
  return sum;
}

std::string with_remarks(std::string text, const std::vector<std::string>& remarks) {
  return remarks.empty() ? text : fmt::format("{} ({})", text, join(remarks));
}

std::string link_types_text(const Totals& sum) {
  std::vector<std::pair<uint32_t, uint64_t>> types(sum.link_types.begin(), sum.link_types.end());
  std::ranges::stable_sort(types, std::ranges::greater{}, &std::pair<uint32_t, uint64_t>::second);
  std::vector<std::string> words;
  for (const auto& [type, packets] : types) {
    if (packets > 0)
      words.push_back(fmt::format("{} {}", link_type_text(type), group_digits(packets)));
  }
  return join(words);
}

std::string summary(const jobs::MapResult& result, const Totals& sum, std::string_view dump_path) {
  const DatasetSummary& set = result.set;
  std::vector<std::string> files;
  if (set.damaged_files() > 0)
    files.push_back(fmt::format("{} damaged", group_digits(set.damaged_files())));
  if (set.unread_files() > 0)
    files.push_back(fmt::format("{} not read to the end", group_digits(set.unread_files())));
  if (sum.empty_files > 0) files.push_back(fmt::format("{} empty", group_digits(sum.empty_files)));
  std::vector<std::string> packets;
  if (sum.out_of_order > 0)
    packets.push_back(fmt::format("{} out of order", group_digits(sum.out_of_order)));
  if (sum.cut > 0)
    packets.push_back(fmt::format("{} cut by the snap length", group_digits(sum.cut)));
  std::vector<SummaryLine> lines = {
      {"files", with_remarks(group_digits(set.files.size()), files)},
      {"packets", with_remarks(group_digits(set.packets()), packets)},
      {"bytes",
       fmt::format("{} captured, {} on the wire, {} stored", human_bytes(set.captured_bytes()),
                   human_bytes(sum.wire_bytes), human_bytes(result.stored_bytes))}};
  if (set.beginning && set.end) {
    lines.push_back({"beginning", format_rfc3339(*set.beginning)});
    lines.push_back({"end", format_rfc3339(*set.end)});
    const Nanos span = *set.end - *set.beginning;
    std::string text = human_duration(span);
    if (span > Nanos{0})
      text += fmt::format(", {} on average",
                          human_number(per_second(set.packets(), span), "packets/s"));
    lines.push_back({"span", text});
    lines.push_back(
        {"overlap", fmt::format("up to {} at once", counted(set.overlap_depth, "file"))});
  }
  if (const std::string types = link_types_text(sum); !types.empty())
    lines.push_back({"link types", types});
  lines.push_back(
      {"took", fmt::format("{}, {}", human_duration(result.elapsed),
                           human_number(per_second(result.stored_bytes, result.elapsed), "B/s"))});
  if (!dump_path.empty()) lines.push_back({"dump", escape_text(dump_path)});
  return format_summary(lines);
}

// --- notes ---

// Names the first two.
std::string same_captures_text(const std::vector<dataset::SameCapture>& same) {
  const std::string names = fmt::format("{} and {}", escape_text(same.front().first->path),
                                        escape_text(same.front().second->path));
  if (same.size() == 1) return names + " hold the same packets: replay sends them twice";
  return fmt::format("{} exist under two names, and replay sends them twice, the first: {}",
                     counted(same.size(), "capture"), names);
}

// Notes about the files, not about the times of their packets.
void add_file_notes(const Totals& sum, const DatasetSummary& set, std::vector<std::string>& lines) {
  if (const auto same = dataset::captures_under_two_names(set); !same.empty())
    lines.push_back(same_captures_text(same));
  if (sum.joined_files == 1) {
    lines.push_back(
        fmt::format("{} holds {} one after the other (as cat writes them); each is read according "
                    "to its own header",
                    escape_text(sum.first_joined->path), counted(sum.joined_captures, "capture")));
  } else if (sum.joined_files > 1) {
    lines.push_back(
        fmt::format("{} hold {} one after the other (as cat writes them), the first is {}; each is "
                    "read according to its own header",
                    counted(sum.joined_files, "file"), counted(sum.joined_captures, "capture"),
                    escape_text(sum.first_joined->path)));
  }
  const auto odd = std::ranges::find_if(set.files, [](const dataset::FileSummary& file) {
    return file.reserved_link_type().has_value();
  });
  if (odd != set.files.end()) {
    lines.push_back(
        fmt::format("{}: byte 20: the link type, {}, has reserved bits set: replay treats such a "
                    "file as damaged",
                    escape_text(odd->path), *odd->reserved_link_type()));
  }
  if (sum.padding_bytes > 0) {
    lines.push_back(fmt::format("{} of zeros after the last packet of {}: padding",
                                human_bytes(sum.padding_bytes), counted(sum.padded_files, "file")));
  }
}

std::vector<std::string> notes(const Totals& sum, const DatasetSummary& set,
                               const jobs::ScheduleNotes& schedule) {
  using namespace std::chrono_literals;
  std::vector<std::string> lines;
  for (const std::string& line : pause_lines(schedule.pauses, "a replay"))
    lines.push_back(escape_text(line));
  if (!lines.empty()) {
    lines.push_back(escape_text(pause_hint(schedule.pauses)));
  } else if (sum.largest_gap != nullptr && sum.largest_gap->largest_gap > 1h) {
    lines.push_back(fmt::format("a gap of {} without packets in {}",
                                human_duration(sum.largest_gap->largest_gap),
                                escape_text(sum.largest_gap->path)));
  }
  if (sum.largest_step_back != nullptr && sum.largest_step_back->largest_step_back > 1s) {
    const uint64_t behind = schedule.clocks.packets;
    lines.push_back(fmt::format(
        "time steps back by {} in {}: replay sends {} after such steps at once; --clock-steps "
        "follow keeps their gaps",
        human_duration(sum.largest_step_back->largest_step_back),
        escape_text(sum.largest_step_back->path),
        behind > 0 ? "the " + counted(behind, "packet") : "the packets"));
  }
  if (sum.above_1514 > 0) {
    // Up to this length, a tag may be what makes them longer, and an MTU of 1500 is enough.
    constexpr uint32_t kLongestTagged = 1518;
    lines.push_back(fmt::format(
        "{} longer than 1514 bytes, the longest {}: replay needs an interface with an MTU of {}{}",
        counted(sum.above_1514, "packet"), sum.max_captured_bytes, sum.max_captured_bytes - 14,
        sum.max_captured_bytes <= kLongestTagged ? ", or 1500 for those with a VLAN tag" : ""));
  }
  uint64_t not_ethernet = 0;
  for (const auto& [type, packets] : sum.link_types)
    not_ethernet += type == packet::kLinkTypeEthernet ? uint64_t{0} : packets;
  if (not_ethernet > 0) {
    lines.push_back(fmt::format("{} not Ethernet: replay to an interface skips them",
                                counted(not_ethernet, "packet")));
  }
  if (sum.without_time > 0) {
    lines.push_back(
        fmt::format("{} without a time of their own: they get the time of a neighbouring packet",
                    counted(sum.without_time, "packet")));
  }
  if (sum.carried > 0) {
    lines.push_back(
        fmt::format("{} whose fraction of a second is out of range: carried over into the seconds",
                    counted(sum.carried, "packet")));
  }
  if (sum.captured_above_original > 0) {
    lines.push_back(fmt::format("{} captured longer than their original length",
                                counted(sum.captured_above_original, "packet")));
  }
  add_file_notes(sum, set, lines);
  return lines;
}

}  // namespace

std::string map_report(const jobs::MapResult& result, std::string_view dump_path,
                       const TextOptions& options) {
  const Totals sum = total(result.set);
  std::string out;
  if (!result.interrupted && !result.set.files.empty())
    out = file_table(result.set, options) + "\n";
  out += summary(result, sum, dump_path);
  out += Troubles(result.set).list("", options);
  const std::vector<std::string> lines = notes(sum, result.set, jobs::schedule_notes(result.set));
  if (!lines.empty()) out += "\nNotes:\n";
  for (const std::string& line : lines) out += fmt::format("  {}\n", line);
  return out;
}

std::string listing_report(const jobs::MapListing& listing) {
  std::string out;
  for (const std::string& path : listing.paths) out += escape_text(path) + "\n";
  return out;
}

}  // namespace gophercap::cli
