#include "cli/terminal/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include "cli/text/escape.h"
#include "cli/text/schedule_text.h"
#include "cli/text/units.h"

namespace gophercap::cli {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kTerminalPeriod = 100ms;
constexpr Nanos kLogPeriod = 10s;

// Whole seconds, since flickering digits are useless.
std::string rough_duration(Nanos d) {
  return d >= 48h ? human_duration(d) : format_duration(std::chrono::ceil<std::chrono::seconds>(d));
}

// A progress line under construction.
class Line {
 public:
  explicit Line(std::string label) : label_(std::move(label)) {}

  // Parts with a higher rank are left out first.
  void add(int rank, std::string text) {
    if (!text.empty()) parts_.push_back({rank, std::move(text)});
  }
  std::string fit(size_t width) {
    for (;;) {
      std::string text = joined();
      if (parts_.empty() || display_width(text) <= width) return text;
      parts_.erase(std::ranges::max_element(parts_, {}, &Part::rank));
    }
  }

 private:
  struct Part {
    int rank;
    std::string text;
  };
  std::string joined() const {
    std::string text = label_;
    for (const Part& part : parts_) text += (&part == &parts_.front() ? " " : ", ") + part.text;
    return text;
  }

  std::string label_;
  std::vector<Part> parts_;
};

std::string left_text(double nanos) {
  if (nanos < 0 || nanos > 9e17) return {};
  return rough_duration(Nanos(static_cast<int64_t>(nanos))) + " left";
}

// Based on the speed so far. Empty if it is not known yet, or the total has turned out to be too
// small.
std::string time_left(double done, double total, Nanos elapsed) {
  if (done <= 0 || total <= done || elapsed < 1s) return {};
  return left_text(static_cast<double>(elapsed.count()) * (total - done) / done);
}

std::string per_cent(double done, double total) {
  return fmt::format("{:.0f} %", std::clamp(std::floor(100 * done / total), 0.0, 99.0));
}

// The remaining time of a schedule: as planned while it is kept, otherwise based on the speed so
// far.
std::string schedule_left(const jobs::ReplayProgress& progress) {
  const replay::EngineProgress& now = progress.now;
  const auto left = static_cast<double>((progress.total - now.scheduled).count());
  if (now.reached - now.scheduled < 1s) {
    return left_text(left * static_cast<double>(now.factor.num) /
                     static_cast<double>(now.factor.den));
  }
  if (now.scheduled <= Nanos{0}) return {};
  return left_text(left * static_cast<double>(now.elapsed.count()) /
                   static_cast<double>(now.scheduled.count()));
}

Line line_of(const jobs::MapProgress& progress, Nanos elapsed) {
  Line line("map");
  line.add(1, fmt::format("{}/{} files", group_digits(progress.files_done),
                          group_digits(progress.files_total)));
  line.add(2, fmt::format("{} of {}", human_bytes(progress.bytes_done),
                          human_bytes(progress.bytes_total)));
  line.add(4, human_number(static_cast<double>(progress.packets), "packets"));
  line.add(3, human_number(per_second(progress.bytes_done, elapsed), "B/s"));
  line.add(0, time_left(static_cast<double>(progress.bytes_done),
                        static_cast<double>(progress.bytes_total), elapsed));
  return line;
}

std::string speed_number(Ratio speed) {
  return fmt::format("{:.4g}", static_cast<double>(speed.num) / static_cast<double>(speed.den));
}

Line line_of(const jobs::ReplayProgress& progress, Nanos /*elapsed*/) {
  using Phase = replay::EngineProgress::Phase;
  const replay::EngineProgress& now = progress.now;
  Line line("replay");
  if (now.phase == Phase::kWaiting)
    line.add(0, fmt::format("starts in {}", rough_duration(now.until_start)));
  if (now.phase == Phase::kReading) line.add(0, "reads ahead");
  if (now.phase == Phase::kWaiting || now.phase == Phase::kReading) return line;
  // For a run with a schedule, time says most; for all others, the number of packets.
  const bool paced = progress.total > Nanos{0};
  const auto passed = static_cast<double>(now.packets_passed);
  const auto packets = static_cast<double>(progress.packets_total);
  const double done = paced ? static_cast<double>(now.scheduled.count()) : passed;
  const double total = paced ? static_cast<double>(progress.total.count()) : packets;
  if (now.paused) line.add(0, "paused");
  if (now.speed) line.add(1, fmt::format("speed {}", speed_number(*now.speed)));
  if (now.packets_sent > 0) line.add(2, fmt::format("at {}", human_time(now.position)));
  if (now.loop > 0) line.add(4, fmt::format("loop {}", now.loop + 1));
  if (now.phase == Phase::kOver) {
    line.add(1, "100 %");
  } else if (total > 0) {
    line.add(1, per_cent(done, total));
  }
  line.add(3, human_number(per_second(now.packets_sent, now.elapsed), "packets/s"));
  line.add(6, human_number(8 * per_second(now.bytes_sent, now.elapsed), "bit/s"));
  if (const Nanos p99 = now.lateness.p99(); p99 > Nanos{0})
    line.add(7, fmt::format("p99 {} late", human_duration(p99)));
  if (now.starved > 0) line.add(5, fmt::format("{} starved", group_digits(now.starved)));
  if (now.phase != Phase::kOver)
    line.add(0, paced ? schedule_left(progress) : time_left(done, total, now.elapsed));
  return line;
}

Line line_of(const jobs::VerifyProgress& progress, Nanos /*elapsed*/) {
  Line line("verify");
  if (progress.packets_received > 0) {
    line.add(0,
             human_number(static_cast<double>(progress.packets_received), "packets") + " received");
    line.add(1,
             human_number(static_cast<double>(progress.packets_expected), "packets") + " expected");
    return line;
  }
  const auto planned = static_cast<double>(progress.packets_planned);
  const auto total = static_cast<double>(progress.packets_total);
  line.add(1, fmt::format("plans {} of {}", human_number(planned, "packets"),
                          human_number(total, "packets")));
  if (total > 0) line.add(0, per_cent(planned, total));
  return line;
}

Line line_of(const jobs::TarProgress& progress, Nanos elapsed) {
  Line line("tarExtract");
  line.add(1, progress.bytes_total > 0 ? fmt::format("{} of {}", human_bytes(progress.bytes_done),
                                                     human_bytes(progress.bytes_total))
                                       : human_bytes(progress.bytes_done));
  line.add(4, fmt::format("{} plain", human_bytes(progress.plain_bytes)));
  line.add(3, human_number(per_second(progress.plain_bytes, elapsed), "B/s"));
  line.add(2, fmt::format("{} of {} taken", group_digits(progress.matching),
                          counted(progress.members, "member")));
  line.add(0, time_left(static_cast<double>(progress.bytes_done),
                        static_cast<double>(progress.bytes_total), elapsed));
  return line;
}

}  // namespace

std::string progress_text(const jobs::Progress& progress, Nanos elapsed, size_t width) {
  return std::visit([&](const auto& of_job) { return line_of(of_job, elapsed); }, progress)
      .fit(width);
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

// The first line comes after one period; a job that ends before needs none.
bool ConsoleReporter::due() {
  if (console_.quiet()) return false;
  const SendTime t = now_();
  if (t - last_ < (console_.err_is_terminal() ? kTerminalPeriod : kLogPeriod)) return false;
  last_ = t;
  return true;
}

void ConsoleReporter::progress(const jobs::Progress& progress) {
  const Nanos elapsed = now_() - begin_;
  if (asked()) console_.plain(progress_text(progress, elapsed) + "\n");
  if (!due()) return;
  if (console_.err_is_terminal()) {
    // One column stays free, see progress_line(). The width is read each time, because windows
    // change.
    console_.progress_line(progress_text(progress, elapsed, console_.err_width() - 1));
  } else {
    console_.note(progress_text(progress, elapsed));
  }
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
