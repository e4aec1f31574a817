#include "dataset/dump/dump_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dataset/dump/dump.h"
#include "dataset/dump/json_text.h"
#include "dataset/dump/json_values.h"
#include "dataset/find/member_path.h"

namespace gophercap::dataset {
namespace {

using simdjson::dom::element;

static_assert(kDumpPadding >= simdjson::SIMDJSON_PADDING);

// Collects the keys of one entry of "files".
struct Entry {
  FileSummary summary;
  std::optional<std::string> path_hex;
  std::optional<std::string> archive, member;  // text with the same bytes as in the path
  std::optional<CaptureTime> beginning, end;
  uint32_t seen = 0;  // bits of the required keys
};

using ReadKey = Result<> (*)(const element&, Entry&);

template <uint64_t FileSummary::*kMember>
Result<> count_into(const element& json, Entry& entry) {
  TRY(entry.summary.*kMember, read_count(json));
  return {};
}

template <uint32_t FileSummary::*kMember>
Result<> small_into(const element& json, Entry& entry) {
  return read_small(json, entry.summary.*kMember);
}

template <Nanos FileSummary::*kMember>
Result<> nanos_into(const element& json, Entry& entry) {
  TRY(const uint64_t value, read_count(json));
  entry.summary.*kMember = Nanos(static_cast<int64_t>(value));
  return {};
}

template <std::optional<CaptureTime> FileSummary::*kMember>
Result<> time_into(const element& json, Entry& entry) {
  TRY(entry.summary.*kMember, read_time(json));
  return {};
}

Result<> ignore_number(const element& json, Entry&) {
  double value = 0;
  if (json.get_double().get(value) != simdjson::SUCCESS) return corrupt("expected a number");
  return {};
}

Result<> ignore_text(const element& json, Entry&) {
  TRY_VOID(read_text(json));
  return {};
}

Result<> read_path(const element& json, Entry& entry) {
  TRY(const std::string_view path, read_text(json));
  if (path.empty()) return corrupt("is empty");
  if (path.find('\0') != std::string_view::npos) return corrupt("has a zero byte");
  entry.summary.path = path;
  return {};
}

Result<> read_path_hex(const element& json, Entry& entry) {
  TRY(const std::string_view digits, read_text(json));
  TRY(entry.path_hex, bytes_of_hex(digits));
  return {};
}

Result<> read_link_types(const element& json, Entry& entry) {
  simdjson::dom::array list;
  if (json.get_array().get(list) != simdjson::SUCCESS) return corrupt("expected an array");
  entry.summary.link_types.clear();
  for (const element& item : list) {
    element number;
    element packets;
    if (item["link_type"].get(number) != simdjson::SUCCESS ||
        item["packets"].get(packets) != simdjson::SUCCESS) {
      return corrupt("expected objects with link_type and packets");
    }
    LinkTypeCount count;
    TRY_VOID(read_small(number, count.link_type));
    TRY(count.packets, read_count(packets));
    entry.summary.link_types.push_back(count);
  }
  return {};
}

Result<> read_damage(const element& json, Entry& entry) {
  element offset;
  element code;
  element reason;
  if (json["offset_bytes"].get(offset) != simdjson::SUCCESS ||
      json["code"].get(code) != simdjson::SUCCESS ||
      json["reason"].get(reason) != simdjson::SUCCESS) {
    return corrupt("expected an object with offset_bytes, code and reason");
  }
  capture::Damage damage;
  TRY(damage.offset_bytes, read_count(offset));
  TRY_VOID(read_word(code, damage.code));
  TRY(damage.reason, read_text(reason));
  entry.summary.damage = std::move(damage);
  return {};
}

struct Key {
  ReadKey read;
  uint32_t required = 0;  // its bit in Entry::seen; 0 = optional
};

// Keys of the original are required if their values do not follow from others.
constexpr std::array<std::string_view, 8> kRequired = {
    "path", "packets", "size", "max_packet_size", "out_of_order", "snaplen", "beginning", "end"};

uint32_t required_bit(std::string_view name) {
  const auto found = std::find(kRequired.begin(), kRequired.end(), name);
  return found == kRequired.end() ? 0 : 1u << (found - kRequired.begin());
}

using F = FileSummary;

constexpr std::pair<std::string_view, ReadKey> kKeys[] = {
    {"path", read_path},
    {"path_hex", read_path_hex},
    {"archive",
     [](const element& json, Entry& entry) -> Result<> {
       TRY(entry.archive, read_text(json));
       return {};
     }},
    {"member",
     [](const element& json, Entry& entry) -> Result<> {
       TRY(entry.member, read_text(json));
       return {};
     }},
    {"snaplen", small_into<&F::snap_length>},
    {"packets", count_into<&F::packets>},
    {"size", count_into<&F::captured_bytes>},
    {"max_packet_size", small_into<&F::max_captured_bytes>},
    {"out_of_order", count_into<&F::out_of_order>},
    {"beginning",
     [](const element& json, Entry& entry) -> Result<> {
       TRY(entry.beginning, read_time(json));
       return {};
     }},
    {"end",
     [](const element& json, Entry& entry) -> Result<> {
       TRY(entry.end, read_time(json));
       return {};
     }},
    {"pps", ignore_number},
    {"duration", ignore_number},
    {"duration_human", ignore_text},
    {"delay", ignore_number},
    {"delay_human", ignore_text},
    {"format",
     [](const element& json, Entry& entry) -> Result<> {
       return read_word(json, entry.summary.format);
     }},
    {"compression",
     [](const element& json, Entry& entry) -> Result<> {
       return read_word(json, entry.summary.compression);
     }},
    {"link_types", read_link_types},
    {"interfaces", small_into<&F::interfaces>},
    {"sections", small_into<&F::sections>},
    {"plain_size_bytes", count_into<&F::plain_bytes>},
    {"wire_bytes", count_into<&F::wire_bytes>},
    {"first", time_into<&F::first>},
    {"last", time_into<&F::last>},
    {"largest_step_back_ns", nanos_into<&F::largest_step_back>},
    {"largest_step_back_packets", count_into<&F::largest_step_back_packets>},
    {"largest_gap_ns", nanos_into<&F::largest_gap>},
    {"largest_gap_from", time_into<&F::largest_gap_from>},
    {"steps_back_above_1s", count_into<&F::clock_steps_back>},
    {"first_step_back_from", time_into<&F::first_step_back_from>},
    {"packets_behind_above_1s", count_into<&F::packets_behind_step>},
    {"packets_above_1514_bytes", count_into<&F::packets_above_1514>},
    {"packets_above_1518_bytes", count_into<&F::packets_above_1518>},
    {"packets_above_9014_bytes", count_into<&F::packets_above_9014>},
    {"packets_cut_by_snaplen", count_into<&F::packets_cut>},
    {"packets_without_time", count_into<&F::packets_without_time>},
    {"packets_fraction_carried", count_into<&F::packets_fraction_carried>},
    {"packets_captured_above_original", count_into<&F::packets_captured_above_original>},
    {"padding_bytes", count_into<&F::padding_bytes>},
    {"file_size_bytes", count_into<&F::file_size_bytes>},
    {"mtime",
     [](const element& json, Entry& entry) -> Result<> {
       TRY(const CaptureTime time, read_time(json));
       entry.summary.mtime_ns = ns_of(time);
       return {};
     }},
    {"damage", read_damage},
    {"unread", read_damage},  // its code distinguishes the two
};

std::unordered_map<std::string_view, Key> make_keys() {
  std::unordered_map<std::string_view, Key> keys;
  for (const auto& [name, read] : kKeys) keys.emplace(name, Key{read, required_bit(name)});
  return keys;
}

// The path of a member consists of those of its archive and its own. Only path_hex can hold bytes
// that are not UTF-8.
Result<> settle_member(Entry& entry) {
  if (entry.archive.has_value() != entry.member.has_value())
    return corrupt("archive and member: one without the other");
  if (!entry.archive) return {};
  const std::optional<MemberPath> parts = split_member_path(
      entry.summary.path,
      [&](const std::string& tarball) { return utf8_or_replaced(tarball) == *entry.archive; });
  if (!parts || utf8_or_replaced(parts->member) != *entry.member)
    return corrupt("archive and member: not the parts of path");
  entry.summary.tarball = parts->tarball;
  return {};
}

// Checks that involve several keys.
Result<> settle(Entry& entry) {
  for (size_t i = 0; i < kRequired.size(); ++i) {
    if ((entry.seen & 1u << i) == 0) return corrupt(fmt::format("{}: missing", kRequired[i]));
  }
  FileSummary& file = entry.summary;
  if (entry.path_hex) {
    if (utf8_or_replaced(*entry.path_hex) != file.path) {
      return corrupt("path_hex: not the bytes of path; correct or remove it");
    }
    if (entry.path_hex->find('\0') != std::string::npos)
      return corrupt("path_hex: has a zero byte");
    file.path = std::move(*entry.path_hex);
  }
  TRY_VOID(settle_member(entry));
  if (*entry.end < *entry.beginning) return corrupt("end: before beginning");
  if (file.first.has_value() != file.last.has_value()) return corrupt("first: without last");
  if (!file.first) return {};  // no packet has a time, so beginning and end are placeholders
  file.min = entry.beginning;
  file.max = entry.end;
  if (std::min(*file.first, *file.last) < *file.min ||
      std::max(*file.first, *file.last) > *file.max) {
    return corrupt("first, last: not between beginning and end");
  }
  return {};
}

Result<FileSummary> read_file(const element& json) {
  static const std::unordered_map<std::string_view, Key> kByName = make_keys();
  simdjson::dom::object object;
  if (json.get_object().get(object) != simdjson::SUCCESS) return corrupt("expected an object");
  Entry entry;
  for (const simdjson::dom::key_value_pair& field : object) {
    const auto key = kByName.find(field.key);
    if (key == kByName.end()) continue;
    const Result<> read = key->second.read(field.value, entry);
    if (!read) return read.error().with_context(field.key);
    entry.seen |= key->second.required;
  }
  TRY_VOID(settle(entry));
  return std::move(entry.summary);
}

// For entries of the original, only the path is used.
Result<FileSummary> read_foreign_file(const element& json) {
  element path;
  if (json["path"].get(path) != simdjson::SUCCESS) return corrupt("path: missing");
  Entry entry;
  const Result<> read = read_path(path, entry);
  if (!read) return read.error().with_context("path");
  return std::move(entry.summary);
}

// Returns whether it is our format. Fails for an unknown version.
Result<bool> read_version(const simdjson::dom::object& dump) {
  constexpr std::string_view kName = "gophercap_dump_version";
  element json;
  if (dump[kName].get(json) != simdjson::SUCCESS) return false;
  const Result<uint64_t> version = read_count(json);
  if (!version) return version.error().with_context(kName);
  if (*version == 0) return corrupt(fmt::format("{}: there is no version 0", kName));
  if (*version > kDumpVersion) {
    return Error{Errc::kUnsupported, 0,
                 fmt::format("{}: version {} is newer than this program, which reads up to {}",
                             kName, *version, kDumpVersion)};
  }
  return true;
}

// Establishes the order by path and checks for duplicates, since the dump may have been edited.
Result<> order_by_path(std::vector<FileSummary>& files, bool ours) {
  const auto by_path = [](const FileSummary& a, const FileSummary& b) { return a.path < b.path; };
  const auto same_path = [](const FileSummary& a, const FileSummary& b) {
    return a.path == b.path;
  };
  std::stable_sort(files.begin(), files.end(), by_path);
  const auto twice = std::adjacent_find(files.begin(), files.end(), same_path);
  if (twice == files.end()) return {};
  if (ours) return corrupt(fmt::format("files: {} is there twice", utf8_or_replaced(twice->path)));
  files.erase(std::unique(files.begin(), files.end(), same_path), files.end());
  return {};
}

Result<> read_set_times(const simdjson::dom::object& object) {
  for (const std::string_view name : {"beginning", "end"}) {
    element json;
    if (object[name].get(json) != simdjson::SUCCESS) continue;
    const Result<CaptureTime> time = read_time(json);
    if (!time) return time.error().with_context(name);
  }
  return {};
}

Result<Dump> read_parsed(const element& json) {
  simdjson::dom::object object;
  if (json.get_object().get(object) != simdjson::SUCCESS) {
    return corrupt("not a dump: expected an object");
  }
  Dump dump;
  TRY(dump.ours, read_version(object));
  element files;
  if (object["files"].get(files) != simdjson::SUCCESS) return corrupt("files: missing");
  if (files.is_null() && !dump.ours) return dump;  // Go writes an empty list as null
  simdjson::dom::array list;
  if (files.get_array().get(list) != simdjson::SUCCESS) return corrupt("files: expected an array");
  dump.set.files.reserve(list.size());
  size_t index = 0;
  for (const element& item : list) {
    Result<FileSummary> file = dump.ours ? read_file(item) : read_foreign_file(item);
    if (!file) return file.error().with_context(fmt::format("files[{}]", index));
    dump.set.files.push_back(*std::move(file));
    ++index;
  }
  TRY_VOID(order_by_path(dump.set.files, dump.ours));
  if (dump.ours) {
    // Beginning, end and overlap depth are computed from the files, because entries may have been
    // added or removed by hand.
    TRY_VOID(read_set_times(object));
    summarize(dump.set);
  }
  return dump;
}

}  // namespace

Result<Dump> dump_from_json(std::string_view json) {
  std::string padded;
  padded.reserve(json.size() + kDumpPadding);
  padded = json;
  return dump_from_padded_json(padded);
}

Result<Dump> dump_from_padded_json(const std::string& json) {
  simdjson::dom::parser parser;
  element root;
  constexpr bool kCopy = false;
  const simdjson::error_code error = parser.parse(json.data(), json.size(), kCopy).get(root);
  if (error == simdjson::MEMALLOC) {
    return out_of_memory("parsing the dump");
  }
  if (error != simdjson::SUCCESS) {
    return corrupt(fmt::format("not valid JSON: {}", simdjson::error_message(error)));
  }
  return read_parsed(root);
}

}  // namespace gophercap::dataset
