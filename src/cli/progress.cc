#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/schedule_text.h"
#include "cli/units.h"

namespace gophercap::cli {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kTerminalPeriod = 100ms;
constexpr Nanos kLogPeriod = 10s;

// Whole seconds: a digit that flickers says nothing.
std::string rough_duration(Nanos d) {
  return format_duration(std::chrono::ceil<std::chrono::seconds>(d));
}

// Time left at the pace so far; empty where that is not known yet.
std::string time_left(double done, double total, Nanos elapsed) {
  if (done <= 0 || total <= 0 || elapsed < 1s) return {};
  const double left = static_cast<double>(elapsed.count()) * std::max(0.0, total - done) / done;
  if (left > 9e17) return {};
  return fmt::format(", {} left", rough_duration(Nanos(static_cast<int64_t>(left))));
}

}  // namespace

std::string progress_text(const jobs::MapProgress& progress, Nanos elapsed) {
  return fmt::format("map {}/{} files, {} of {}, {}, {}{}", group_digits(progress.files_done),
                     group_digits(progress.files_total), human_bytes(progress.bytes_done),
                     human_bytes(progress.bytes_total),
                     human_number(static_cast<double>(progress.packets), "packets"),
                     human_number(per_second(progress.bytes_done, elapsed), "B/s"),
                     time_left(static_cast<double>(progress.bytes_done),
                               static_cast<double>(progress.bytes_total), elapsed));
}

std::string progress_text(const jobs::ReplayProgress& progress) {
  std::string text = "replay";
  if (progress.packets_sent > 0) text += fmt::format(" at {}", human_time(progress.position));
  if (progress.loop > 0) text += fmt::format(", loop {}", progress.loop + 1);
  // Time says most about a paced run, packets about one at top speed.
  const bool paced = progress.total > Nanos{0};
  const double done = paced ? static_cast<double>(progress.elapsed.count())
                            : static_cast<double>(progress.packets_sent);
  const double total = paced ? static_cast<double>(progress.total.count())
                             : static_cast<double>(progress.packets_total);
  if (total > 0) text += fmt::format(", {:.0f} %", std::min(100.0, 100 * done / total));
  text += fmt::format(
      ", {}, {}", human_number(per_second(progress.packets_sent, progress.elapsed), "packets/s"),
      human_number(8 * per_second(progress.bytes_sent, progress.elapsed), "bit/s"));
  if (progress.lateness_p99 > Nanos{0})
    text += fmt::format(", p99 {} late", human_duration(progress.lateness_p99));
  return text + time_left(done, total, progress.elapsed);
}

std::string progress_text(const jobs::VerifyProgress& progress) {
  if (progress.packets_received > 0) {
    return fmt::format("verify {} received",
                       human_number(static_cast<double>(progress.packets_received), "packets"));
  }
  return fmt::format("verify plans {} of {}",
                     human_number(static_cast<double>(progress.packets_planned), "packets"),
                     human_number(static_cast<double>(progress.packets_total), "packets"));
}

std::string progress_text(const jobs::TarProgress& progress, Nanos elapsed) {
  std::string text = fmt::format("tarExtract {}", human_bytes(progress.bytes_done));
  if (progress.bytes_total > 0) text += fmt::format(" of {}", human_bytes(progress.bytes_total));
  text += fmt::format(", {} plain, {}", human_bytes(progress.plain_bytes),
                      human_number(per_second(progress.plain_bytes, elapsed), "B/s"));
  text += fmt::format(", {} of {} taken", group_digits(progress.matching),
                      counted(progress.members, "member"));
  return text + time_left(static_cast<double>(progress.bytes_done),
                          static_cast<double>(progress.bytes_total), elapsed);
}

ConsoleReporter::ConsoleReporter(Console& console, Now now)
    : console_(console), now_(now), begin_(now()), last_(begin_) {}

ConsoleReporter::ConsoleReporter(Console& console, SignalGuard& signals)
    : ConsoleReporter(console) {
  signals_ = &signals;
  console.heed(signals.token());
}

bool ConsoleReporter::asked() {
  return signals_ != nullptr && signals_->take_status_request();
}

// The first line comes after one period: what is over by then needs none.
bool ConsoleReporter::due() {
  if (console_.quiet()) return false;
  const SendTime t = now_();
  if (t - last_ < (console_.err_is_terminal() ? kTerminalPeriod : kLogPeriod)) return false;
  last_ = t;
  return true;
}

void ConsoleReporter::show(const std::string& text) {
  if (console_.err_is_terminal()) {
    console_.progress_line(text);
  } else {
    console_.note(text);
  }
}

void ConsoleReporter::progress(const jobs::MapProgress& progress) {
  if (asked()) console_.plain(progress_text(progress, now_() - begin_) + "\n");
  if (due()) show(progress_text(progress, now_() - begin_));
}

void ConsoleReporter::progress(const jobs::ReplayProgress& progress) {
  if (asked()) console_.plain(progress_text(progress) + "\n");
  if (due()) show(progress_text(progress));
}

void ConsoleReporter::progress(const jobs::VerifyProgress& progress) {
  if (asked()) console_.plain(progress_text(progress) + "\n");
  if (due()) show(progress_text(progress));
}

void ConsoleReporter::progress(const jobs::TarProgress& progress) {
  if (asked()) console_.plain(progress_text(progress, now_() - begin_) + "\n");
  if (due()) show(progress_text(progress, now_() - begin_));
}

void ConsoleReporter::schedule(const jobs::ScheduleNotes& notes) {
  for (const std::string& line : pause_lines(notes.pauses, "the schedule")) console_.warning(line);
  if (const std::string hint = pause_hint(notes.pauses); !hint.empty()) console_.hint(hint);
  if (const std::string line = clock_line(notes.clocks); !line.empty()) {
    console_.warning(line);
    console_.hint(clock_hint(notes.clocks));
  }
}

void ConsoleReporter::info(std::string_view line) {
  console_.note(line);
}
void ConsoleReporter::warning(std::string_view line) {
  console_.warning(line);
}

}  // namespace gophercap::cli
