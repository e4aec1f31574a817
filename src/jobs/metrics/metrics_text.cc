#include "jobs/metrics/metrics_text.h"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <utility>

#include "replay/accounts.h"

namespace gophercap::jobs {
namespace {

using replay::Accounts;

class Page {
 public:
  void metric(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text_),
                   "# HELP gophercap_{0} {2}\n# TYPE gophercap_{0} {1}\n", name, type, help);
    name_ = name;
  }
  template <class Number>
  void sample(Number value, std::string_view label = {}, std::string_view label_value = {}) {
    fmt::format_to(std::back_inserter(text_), "gophercap_{}", name_);
    if (!label.empty())
      fmt::format_to(std::back_inserter(text_), "{{{}=\"{}\"}}", label, label_value);
    fmt::format_to(std::back_inserter(text_), " {}\n", value);
  }
  template <class Number>
  void counter(std::string_view name, std::string_view help, Number value) {
    metric(name, "counter", help);
    sample(value);
  }
  template <class Number>
  void gauge(std::string_view name, std::string_view help, Number value) {
    metric(name, "gauge", help);
    sample(value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

double seconds(Nanos d) noexcept {
  return static_cast<double>(d.count()) / 1e9;
}

void add_changes(Page& page, const Accounts& accounts) {
  page.metric("packets_changed_total", "counter",
              "Packets that are sent as other frames, as read.");
  page.sample(accounts.converted, "change", "converted");
  page.sample(accounts.rewritten, "change", "rewritten");
  page.sample(accounts.segmented, "change", "segmented");
  page.sample(accounts.fragmented, "change", "fragmented");
  page.sample(accounts.truncated, "change", "truncated");
  page.sample(accounts.padded, "change", "padded");
}

void add_lateness(Page& page, const replay::LatenessSoFar& lateness) {
  page.metric("lateness_seconds", "gauge",
              "Quantiles of how late packets were sent; 1 is the largest lateness.");
  for (size_t i = 0; i < lateness.quantiles.size(); ++i) {
    page.sample(seconds(lateness.quantiles[i]), "quantile",
                fmt::format("{}", replay::LatenessSoFar::kShares[i]));
  }
}

}  // namespace

std::string metrics_text(const ReplayMetrics& metrics) {
  const replay::EngineProgress& now = metrics.now;
  const Accounts& accounts = now.accounts;
  Page page;
  page.gauge("running", "1 while packets are sent, 0 afterwards.", metrics.running ? 1 : 0);
  page.counter("packets_read_total", "Packets read from the set, including those read ahead.",
               accounts.read);
  page.counter("packets_sent_total", "Packets of which all frames were sent.", accounts.sent);
  page.counter("frames_sent_total", "Frames sent.", accounts.frames_sent);
  page.counter("bytes_sent_total", "Bytes of all frames sent.", accounts.sent_bytes);
  page.metric("packets_not_sent_total", "counter", "Packets that were read and not sent.");
  for (const replay::DropReason& reason : replay::kDropReasons)
    page.sample(accounts.*reason.count, "reason", reason.key);
  add_changes(page, accounts);
  page.counter("packets_starved_total", "Packets that were late because they had not been read.",
               now.starved);
  add_lateness(page, now.lateness);
  page.gauge("packets_planned", "Packets of the plan, over all loops; 0 if endless.",
             metrics.packets_total);
  page.gauge("packets_passed", "Packets of the plan that were sent or left out.",
             now.packets_passed);
  page.gauge("loop", "The loop that is being sent, from 0.", now.loop);
  page.gauge("position_seconds", "Capture time that the replay has reached, since 1970.",
             seconds(now.position.time_since_epoch()));
  page.gauge("elapsed_seconds", "Time since the first packet was due.", seconds(now.elapsed));
  return page.take();
}

}  // namespace gophercap::jobs
