#include "jobs/sent_report.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <vector>

#include "io/open.h"

namespace gophercap::jobs {
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

// Null where it is not there or of another kind.
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
                 fmt::format("{}: report of version {}, of which this program knows nothing", path,
                             *version)};
  }
  const auto sent = value_of<uint64_t>(json, "/packets/sent");
  if (!sent) return Error{Errc::kCorrupt, 0, path + ": the report does not say what was sent"};
  report.sent = *sent;
  report.top_speed = value_of<std::string>(json, "/pacing") == "top speed";
  report.max_frame_bytes = value_of<uint32_t>(json, "/max_frame_bytes");
  if (const auto started = value_of<std::string>(json, "/started")) {
    auto time = parse_time(*started);
    if (!time) return time.error().with_context(path);
    report.started = *time;
  }
  return report;
}

Result<> check_same_replay(const SentReport& report, const replay::Report& plan) {
  // Those that say which packets are sent when; what became of them may differ.
  static constexpr std::array kKeys = {"beginning", "end", "packets_planned_per_loop",
                                       "loops_planned", "stretch"};
  const Json theirs = Json::parse(report.text, nullptr, false);
  const Json ours = Json::parse(replay::report_to_json(plan), nullptr, false);
  for (const char* key : kKeys) {
    const Json& here = ours[key];
    const Json there = theirs.value(key, Json());
    if (here == there) continue;
    return Error{
        Errc::kInvalidArgument, 0,
        fmt::format("--report: of another replay: {} is {} there and {} in the plan", key,
                    there.dump(-1, ' ', false, Json::error_handler_t::replace), here.dump())};
  }
  return {};
}

}  // namespace gophercap::jobs
