#include "verify/sent_report.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "io/open.h"

namespace gophercap::verify {
namespace {

using Json = nlohmann::json;

constexpr size_t kLargestReport = size_t{64} << 20;

Result<std::string> read_text(const std::string& path, const std::stop_token& stop,
                              io::Owners owners) {
  TRY(io::Input input, io::open_input(path, {.stop = stop, .owners = owners}));
  std::vector<uint8_t> block(size_t{64} << 10);
  std::string text;
  for (;;) {
    TRY(const size_t n, input.source->read(block));
    if (n == 0) return text;
    text.append(block.begin(), block.begin() + static_cast<ptrdiff_t>(n));
    if (text.size() > kLargestReport)
      return Error{Errc::kCorrupt, 0, path + ": too long for a report"};
  }
}

// Returns null if it is missing or of another type.
template <class T>
std::optional<T> value_of(const Json& json, const char* pointer) {
  const Json::json_pointer at(pointer);
  if (!json.contains(at)) return std::nullopt;
  const Json& value = json[at];
  if constexpr (std::is_same_v<T, std::string>) {
    if (!value.is_string()) return std::nullopt;
  } else {
    if (!value.is_number_unsigned() || value.get<uint64_t>() > std::numeric_limits<T>::max())
      return std::nullopt;
  }
  return value.get<T>();
}

std::optional<std::vector<std::string>> texts_of(const Json& json) {
  if (json.is_string()) return std::vector<std::string>{json.get<std::string>()};
  if (!json.is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const Json& item : json) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

// Returns nothing if it does not have that form.
std::optional<replay::Request> request_of(const Json& json) {
  replay::Request request;
  const Json options = json.is_object() ? json.value("options", Json()) : Json();
  const Json set = json.is_object() ? json.value("set", Json()) : Json();
  if (!options.is_object() || !set.is_object()) return std::nullopt;
  for (const auto& [name, value] : options.items()) {
    auto values = texts_of(value);
    if (!values) return std::nullopt;
    request.options.push_back({name, *std::move(values), value.is_array()});
  }
  auto paths = texts_of(set.value("paths", Json::array()));
  if (!paths) return std::nullopt;
  request.paths = *std::move(paths);
  request.dump_path = value_of<std::string>(set, "/dump").value_or("");
  request.directory = value_of<std::string>(json, "/directory").value_or("");
  if (request.paths.empty() && request.dump_path.empty()) return std::nullopt;
  return request;
}

}  // namespace

Result<SentReport> read_sent_report(const std::string& path, const std::stop_token& stop,
                                    io::Owners owners) {
  SentReport report;
  TRY(report.text, read_text(path, stop, owners));
  const Json json = Json::parse(report.text, nullptr, false);
  const auto version =
      json.is_object() ? value_of<uint64_t>(json, "/gophercap_report_version") : std::nullopt;
  if (!version) return Error{Errc::kCorrupt, 0, path + ": not the report of a replay"};
  if (*version != 1) {
    return Error{Errc::kUnsupported, 0,
                 fmt::format("{}: report of version {}, which this program does not support", path,
                             *version)};
  }
  const auto sent = value_of<uint64_t>(json, "/packets/sent");
  if (!sent) return Error{Errc::kCorrupt, 0, path + ": the report does not say what was sent"};
  report.sent = *sent;
  report.loops_done = value_of<uint64_t>(json, "/loops_done").value_or(0);
  report.endless = value_of<uint64_t>(json, "/loops_planned") == 0U;
  report.plan_digest = value_of<std::string>(json, "/plan_digest").value_or("");
  if (json.contains("request")) {
    report.request = request_of(json["request"]);
    if (!report.request)
      return Error{Errc::kCorrupt, 0, path + ": what the replay was asked for is not readable"};
  }
  report.sent_by =
      value_of_word<replay::SentBy>(value_of<std::string>(json, "/pacing").value_or(""));
  report.through_tunnel = json.contains("tunnel");
  report.names_changes = json["packets"].contains("changed");
  report.oversize = value_of<std::string>(json, "/oversize").value_or("");
  report.max_frame_bytes = value_of<uint32_t>(json, "/max_frame_bytes");
  if (const auto started = value_of<std::string>(json, "/started")) {
    auto time = parse_time(*started);
    if (!time) return time.error().with_context(path);
    report.started = *time;
  }
  return report;
}

Result<> check_same_replay(const SentReport& report, const replay::Report& plan) {
  // The keys that describe which packets are sent when; results may differ.
  static constexpr std::array kKeys = {"beginning", "end", "packets_planned_per_loop",
                                       "loops_planned", "stretch"};
  const Json theirs = Json::parse(report.text, nullptr, false);
  const Json ours = Json::parse(replay::report_to_json(plan), nullptr, false);
  std::string difference;
  for (const char* key : kKeys) {
    const Json& here = ours[key];
    const Json there = theirs.value(key, Json());
    if (here == there || (report.endless && key == std::string_view("loops_planned"))) continue;
    difference =
        fmt::format("{} is {} in the report and {} in the plan", key,
                    there.dump(-1, ' ', false, Json::error_handler_t::replace), here.dump());
    break;
  }
  // The options are those of the report, so only the set can differ.
  if (report.request && !report.plan_digest.empty() && report.plan_digest != plan.plan_digest) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("--report: the set has changed since this replay: {}",
                             difference.empty() ? "its files differ in times or numbers of packets"
                                                : difference)};
  }
  if (difference.empty()) return {};
  return Error{Errc::kInvalidArgument, 0,
               "--report: the report is from a different replay (were the options the same?): " +
                   difference};
}

}  // namespace gophercap::verify
