#include "replay/meter.h"

#include <algorithm>
#include <cmath>

namespace gophercap::replay {

Meter::Meter(Senders& senders, const Timeline& timeline, const EngineOptions& options,
             bool real_time, CaptureTime first)
    : senders_(senders),
      timeline_(timeline),
      options_(options),
      real_time_(real_time),
      by_capture_time_(!options.rule.at_rate() && !options.rule.longest_gap),
      trail_({.key_ns = ns_of(first)}, !by_capture_time_) {}

EngineProgress Meter::now(bool stopped) {
  using Phase = EngineProgress::Phase;
  EngineProgress p = senders_.progress();
  p.accounts += live_.sum();
  const StartGate& gate = senders_.gate();
  const SendTime now = SendClock::now();
  if (gate.is_open()) p.phase = Phase::kSending;
  if (!gate.is_open() && options_.send.start_at_wall_ns && real_time_) {
    p.phase = Phase::kWaiting;
    p.until_start = std::max(Nanos{0}, saturating_sum(Nanos(*options_.send.start_at_wall_ns),
                                                      -Nanos(wall_time_of(now))));
  }
  if (!real_time_) p.elapsed = now - since_;
  if (real_time_ && gate.is_open()) p.elapsed = std::max(Nanos{0}, now - gate.start());
  const TrailPoint here = trail_.at(senders_.handled());
  const double passed =
      passed_each_ > 0 ? passed_each_ * static_cast<double>(senders_.handled()) : here.passed;
  p.packets_passed = static_cast<uint64_t>(std::llround(passed));
  p.reached = p.elapsed;
  if (Control* const control = options_.send.control; control != nullptr) {
    if (real_time_) p.reached = control->reached();
    p.paused = control->paused();
    p.speed = control->changed_speed();
    p.factor = control->factor();
  }
  p.scheduled = senders_.kept(p.reached);
  p.position = capture_time(here.key_ns);
  // A loop may have begun without a packet sent yet, or a moment before the loops were counted.
  if (by_capture_time_)
    p.position = std::clamp(timeline_.key_at(senders_.newest_due(), p.loop), timeline_.first(),
                            saturating_sum(timeline_.first(), timeline_.period()));
  if (senders_.are_through() && !stopped) p.phase = Phase::kOver;
  return p;
}

}  // namespace gophercap::replay
