#include "jobs/control/protocol.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "base/characters.h"

namespace gophercap::jobs {
namespace {

using Json = nlohmann::ordered_json;
using Kind = ControlCommand::Kind;

constexpr std::string_view kAllCommands = "status, pause, resume, step N, speed X, seek T, stop";

Error wrong(std::string what) {
  return {Errc::kInvalidArgument, 0, std::move(what)};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// Text of a client, for a message: printable and short.
std::string shown(std::string_view given) {
  constexpr size_t kMost = 40;
  std::string text;
  for (const char c : given.substr(0, kMost)) text += c >= ' ' && c <= '~' ? c : '?';
  return given.size() > kMost ? text + "..." : text;
}

Result<ControlCommand> parse_json_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return wrong("the line is not a JSON object");
  std::string word;
  std::string value;
  for (const auto& [key, field] : json.items()) {
    if (key == "command" && field.is_string()) {
      word = field.get<std::string>();
    } else if (key == "value" && field.is_string()) {
      value = field.get<std::string>();
    } else if (key == "value" && field.is_number()) {
      value = field.dump();
    } else {
      return wrong(
          fmt::format("\"{}\": only \"command\" (a string) and \"value\" (a string or a "
                      "number) are known",
                      shown(key)));
    }
  }
  return parse_control_command(word, value);
}

std::string_view state_of(const replay::Control::Status& status) {
  using Phase = replay::EngineProgress::Phase;
  if (status.over) return "over";
  if (status.stopping) return "stopping";
  if (status.paused) return "paused";
  if (!status.progress) return "preparing";
  switch (status.progress->phase) {
    case Phase::kReading:
      return "reading";
    case Phase::kWaiting:
      return "waiting";
    case Phase::kSending:
      return "playing";
    case Phase::kOver:
      return "over";
  }
  return "over";
}

std::string line_of(const Json& json) {
  return escape_json(json.dump(-1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

std::string status_line(const replay::Control::Status& status) {
  Json json = {{"ok", true}, {"state", state_of(status)}};
  json["speed"] = nullptr;
  if (status.speed)
    json["speed"] = static_cast<double>(status.speed->num) / static_cast<double>(status.speed->den);
  json["steps_left"] = status.steps_left;
  if (status.progress) {
    const replay::EngineProgress& now = *status.progress;
    json["packets_sent"] = now.packets_sent;
    json["bytes_sent"] = now.bytes_sent;
    json["packets_passed"] = now.packets_passed;
    json["position"] = now.packets_sent > 0 ? Json(format_rfc3339(now.position)) : Json(nullptr);
    json["loop"] = now.loop + 1;
    json["elapsed_ns"] = now.elapsed.count();
    json["until_start_ns"] = now.until_start.count();
    json["lateness_p99_ns"] = now.lateness.p99().count();
    json["starved_packets"] = now.starved;
  }
  return line_of(json);
}

// An absolute time, or +D or -D.
Result<> parse_target(std::string_view value, ControlCommand& command) {
  if (value.starts_with('+') || value.starts_with('-')) {
    const Result<Nanos> by = parse_duration(value.substr(1));
    if (!by || *by < Nanos{0}) return wrong(fmt::format("seek: {}: not a duration", shown(value)));
    command.seek_by = value.starts_with('-') ? -*by : *by;
    return {};
  }
  const Result<CaptureTime> to = parse_time(value);
  if (!to) {
    return wrong(fmt::format("seek: {}: not a time, such as 2006-01-02 15:04:05, +10m or -30s",
                             value.empty() ? "\"\"" : shown(value)));
  }
  command.seek_to = *to;
  return {};
}

Result<> perform(const ControlCommand& command, replay::Control& control) {
  switch (command.kind) {
    case Kind::kStatus:
      return {};
    case Kind::kPause:
      return control.pause();
    case Kind::kResume:
      return control.resume();
    case Kind::kStep:
      return control.step(command.packets);
    case Kind::kSpeed:
      return control.set_speed(command.speed);
    case Kind::kSeek:
      return command.seek_by ? control.seek_by(*command.seek_by) : control.seek(command.seek_to);
    case Kind::kStop:
      return control.stop();
  }
  return {};
}

}  // namespace

Result<ControlCommand> parse_control_line(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with('{')) return parse_json_line(line);
  const size_t space = line.find(' ');
  const std::string_view value = space == std::string_view::npos ? "" : line.substr(space);
  return parse_control_command(line.substr(0, space), trimmed(value));
}

Result<ControlCommand> parse_control_command(std::string_view word, std::string_view value) {
  const std::optional<Kind> kind = value_of_word<Kind>(word);
  if (!kind)
    return wrong(fmt::format("{}: unknown command; there are: {}",
                             word.empty() ? "\"\"" : shown(word), kAllCommands));
  ControlCommand command{.kind = *kind};
  if (*kind == Kind::kStep) {
    if (value.empty()) return command;
    const auto [end, failure] =
        std::from_chars(value.data(), value.data() + value.size(), command.packets);
    if (failure != std::errc() || end != value.data() + value.size() || command.packets == 0)
      return wrong(fmt::format("step: {}: not a number of packets", shown(value)));
    return command;
  }
  if (*kind == Kind::kSpeed) {
    if (value.empty()) return wrong("speed: needs a value, such as 2 or 0.5");
    const Result<Ratio> speed = parse_ratio(value);
    if (!speed) {
      return wrong(
          fmt::format("speed: {}: not a number above zero; pause stops the clock", shown(value)));
    }
    command.speed = *speed;
    return command;
  }
  if (*kind == Kind::kSeek) {
    TRY_VOID(parse_target(value, command));
    return command;
  }
  if (!value.empty())
    return wrong(fmt::format("{}: takes no value, but was given {}", word, shown(value)));
  return command;
}

std::string answer_control_line(std::string_view line, replay::Control& control) {
  const Result<ControlCommand> command = parse_control_line(line);
  if (!command) return control_error(command.error().what);
  if (const Result<> done = perform(*command, control); !done)
    return control_error(done.error().what);
  return status_line(control.status());
}

std::string control_error(std::string_view what) {
  return line_of({{"ok", false}, {"error", what}});
}

Result<ControlAnswer> parse_control_answer(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  const auto field = [&](const char* key) {
    return json.is_object() && json.contains(key) ? json[key] : Json();
  };
  if (!field("ok").is_boolean())
    return Error{Errc::kCorrupt, 0, "the answer is not that of a replay"};
  ControlAnswer answer{.ok = field("ok").get<bool>(), .error = {}};
  if (!answer.ok)
    answer.error = field("error").is_string() ? field("error").get<std::string>() : "";
  return answer;
}

}  // namespace gophercap::jobs
