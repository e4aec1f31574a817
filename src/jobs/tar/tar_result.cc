#include "jobs/tar/tar_result.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "archive/tar/member_path.h"
#include "base/characters.h"
#include "base/words.h"

namespace gophercap::jobs {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return escape_json(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// The counters as members of a JSON object, without its braces.
std::string counters_to_json(const TarResult& result, bool extracted) {
  const archive::ExtractCounts& counts = result.counts;
  Json json = {
      {"members_read", result.members},        {"members_chosen", result.matching},
      {"chosen_bytes", result.matching_bytes}, {"tarball_bytes", result.stored_bytes},
      {"plain_bytes", result.plain_bytes},     {"compression", word_of(result.compression)},
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
    for (const auto& [refusal, word] : words_of(archive::Refusal{}))
      refused[std::string(word)] = counts.refused[static_cast<size_t>(refusal)];
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
        {"code", word_of(result.damage->code)},
        {"reason", result.damage->reason}};
  }
  const std::string text = dump(json);
  return text.substr(1, text.size() - 2);
}

std::string member_to_json(const archive::Member& member) {
  Json json = {
      {"path", member.path}, {"kind", word_of(member.kind)}, {"size_bytes", member.size_bytes}};
  if (const std::optional<CaptureTime> time = archive::modified_at(member))
    json["mtime"] = format_rfc3339(*time);
  json["mode"] = fmt::format("{:04o}", member.mode);
  if (!member.link.empty()) json["link"] = member.link;
  if (!member.doubt.empty()) json["damage"] = member.doubt;
  return dump(json);
}

constexpr std::string_view kListBegins = "{\"version\": 1, \"members\": [";

}  // namespace

std::string tar_to_json(const TarResult& result) {
  return fmt::format("{{\"version\": 1, {}}}\n", counters_to_json(result, true));
}

std::string MemberListJson::add(const archive::Member& member) {
  const std::string before =
      std::exchange(begun_, true) ? ",\n  " : std::string(kListBegins) + "\n  ";
  return before + member_to_json(member);
}

std::string MemberListJson::finish(const TarResult& result) {
  return fmt::format("{}],\n{}}}\n", begun_ ? "" : kListBegins, counters_to_json(result, false));
}

}  // namespace gophercap::jobs
