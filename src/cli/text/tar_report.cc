#include "cli/text/tar_report.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/characters.h"
#include "cli/text/escape.h"
#include "cli/text/table.h"
#include "cli/text/units.h"

namespace gophercap::cli {
namespace {

using archive::ExtractCounts;
using archive::Member;
using archive::MemberKind;
using archive::Refusal;
using Json = nlohmann::ordered_json;

std::string_view word_for(MemberKind kind) {
  switch (kind) {
    case MemberKind::kFile:
      return "file";
    case MemberKind::kFolder:
      return "folder";
    case MemberKind::kHardLink:
      return "hard link";
    case MemberKind::kSymlink:
      return "link";
    case MemberKind::kDevice:
      return "device";
    case MemberKind::kFifo:
      return "fifo";
    case MemberKind::kOther:
      return "other";
  }
  return "other";
}

// Archives may contain years that CaptureTime cannot represent.
std::optional<CaptureTime> time_of(const Member& member) {
  constexpr int64_t kNanos = 1'000'000'000;
  constexpr int64_t kLatest = INT64_MAX / kNanos - 1;
  if (member.mtime_seconds > kLatest || member.mtime_seconds < -kLatest) return std::nullopt;
  return capture_time(member.mtime_seconds * kNanos + member.mtime_nanos);
}

std::string dump(const Json& json) {
  return escape_json(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string refusals(const ExtractCounts& counts) {
  std::string text = group_digits(counts.refused_total());
  std::vector<std::string> reasons;
  for (size_t i = 0; i < archive::kRefusals; ++i) {
    if (counts.refused[i] > 0)
      reasons.push_back(fmt::format("{}: {}", archive::reason_of(static_cast<Refusal>(i)),
                                    group_digits(counts.refused[i])));
  }
  return text + fmt::format(" ({})", fmt::join(reasons, "; "));
}

std::string files_text(const ExtractCounts& counts) {
  std::vector<std::string> remarks;
  const auto add = [&](uint64_t n, std::string_view what) {
    if (n > 0) remarks.push_back(fmt::format("{} {}", group_digits(n), what));
  };
  add(counts.resumed, "more complete before");
  add(counts.packed_before, "already compressed");
  add(counts.numbered, "under another name");
  add(counts.absolute, "without the / in front");
  add(counts.set_id, "without their set-id bit");
  std::string text = group_digits(counts.files);
  if (!remarks.empty()) text += fmt::format(" ({})", fmt::join(remarks, ", "));
  return text;
}

}  // namespace

std::string member_titles() {
  return fmt::format("{:<9}  {:>15}  {:<19}  {}\n", "KIND", "BYTES", "MODIFIED (UTC)", "NAME");
}

std::string member_row(const Member& member) {
  const std::optional<CaptureTime> time = time_of(member);
  std::string row = fmt::format("{:<9}  {:>15}  {:<19}  {}", word_for(member.kind),
                                group_digits(member.size_bytes), time ? human_time(*time) : "-",
                                escape_text(member.path));
  if (!member.link.empty()) row += fmt::format(" -> {}", escape_text(member.link));
  return row + "\n";
}

std::string member_json(const Member& member) {
  Json json = {
      {"path", member.path}, {"kind", word_for(member.kind)}, {"size_bytes", member.size_bytes}};
  if (const std::optional<CaptureTime> time = time_of(member))
    json["mtime"] = format_rfc3339(*time);
  json["mode"] = fmt::format("{:04o}", member.mode);
  if (!member.link.empty()) json["link"] = member.link;
  if (!member.doubt.empty()) json["damage"] = member.doubt;
  return dump(json);
}

std::string damage_text(const jobs::TarDamage& damage, bool compressed) {
  const std::string_view what = damage.refused() ? "not read further than" : "breaks at";
  std::string place = compressed ? fmt::format("{} byte {}, at byte {} of the plain archive",
                                               damage.refused() ? what : "breaks before",
                                               damage.file_bytes, damage.archive_bytes)
                                 : fmt::format("{} byte {}", what, damage.archive_bytes);
  if (!damage.member.empty()) place += fmt::format(", in {}", damage.member);
  return fmt::format("{}: {}", place, damage.reason);
}

std::string tar_report(const jobs::TarResult& result, std::string_view out_dir) {
  const ExtractCounts& counts = result.counts;
  std::vector<SummaryLine> lines = {
      {"members", fmt::format("{} read, {} chosen", group_digits(result.members),
                              group_digits(result.matching))},
      {"files", files_text(counts)}};
  if (counts.folders > 0) lines.push_back({"folders", group_digits(counts.folders)});
  if (counts.links > 0) lines.push_back({"links", group_digits(counts.links)});
  if (counts.refused_total() > 0) lines.push_back({"refused", refusals(counts)});
  if (result.losses.count > 0 || result.doubtful > 0) {
    lines.push_back({"damaged", fmt::format("{} passed over, {} with damaged headers",
                                            counted(result.losses.count, "place"),
                                            counted(result.doubtful, "member"))});
  }
  if (counts.left_over > 0) {
    lines.push_back({"removed", fmt::format("{} that earlier runs have left unfinished",
                                            counted(counts.left_over, "file"))});
  }
  lines.push_back({"bytes", fmt::format("{} extracted, {} written", human_bytes(counts.plain_bytes),
                                        human_bytes(counts.written_bytes))});
  lines.push_back(
      {"took", fmt::format("{}, {}", human_duration(result.elapsed),
                           human_number(per_second(result.plain_bytes, result.elapsed), "B/s"))});
  lines.push_back({"folder", escape_text(out_dir)});
  return format_summary(lines);
}

std::string tar_counters_json(const jobs::TarResult& result, bool extracted) {
  const ExtractCounts& counts = result.counts;
  Json json = {
      {"members_read", result.members},        {"members_chosen", result.matching},
      {"chosen_bytes", result.matching_bytes}, {"tarball_bytes", result.stored_bytes},
      {"plain_bytes", result.plain_bytes},     {"compression", io::to_string(result.compression)},
      {"elapsed_ns", result.elapsed.count()},  {"interrupted", result.interrupted}};
  if (extracted) {
    json["files"] = counts.files;
    json["files_complete_before"] = counts.resumed;
    json["files_compressed_before"] = counts.packed_before;
    json["files_renamed"] = counts.numbered;
    json["absolute_paths"] = counts.absolute;
    json["set_id_removed"] = counts.set_id;
    json["left_over_removed"] = counts.left_over;
    json["folders"] = counts.folders;
    json["links"] = counts.links;
    json["extracted_bytes"] = counts.plain_bytes;
    json["written_bytes"] = counts.written_bytes;
    Json refused = Json::object();
    for (size_t i = 0; i < archive::kRefusals; ++i)
      refused[std::string(to_string(static_cast<Refusal>(i)))] = counts.refused[i];
    json["refused"] = refused;
  }
  if (result.map) {
    json["mapped_files"] = result.map->files.size();
    json["mapped_files_damaged"] = result.map->damaged_files();
    json["mapped_files_unread"] = result.map->unread_files();
  }
  json["members_doubtful"] = result.doubtful;
  Json places = Json::array();
  for (const archive::TarLosses::Place& place : result.losses.first)
    places.push_back({{"archive_bytes", place.offset}, {"reason", place.reason}});
  json["passed_over"] = {
      {"places", result.losses.count}, {"bytes", result.losses.bytes}, {"first", places}};
  if (result.damage) {
    json[result.damage->refused() ? "unread" : "damage"] = {
        {"file_bytes", result.damage->file_bytes},
        {"archive_bytes", result.damage->archive_bytes},
        {"member", result.damage->member},
        {"code", to_string(result.damage->code)},
        {"reason", result.damage->reason}};
  }
  const std::string text = dump(json);
  return text.substr(1, text.size() - 2);
}

}  // namespace gophercap::cli
