#include "replay/control.h"

#include <chrono>
#include <ctime>
#include <numeric>

#include <fmt/format.h>

namespace gophercap::replay {
namespace {

// More changes than this are counted, but not listed, so that no client can fill the memory.
constexpr size_t kMostListed = 10'000;

// From the first packet after a seek being ready to its due time.
constexpr Nanos kLead = std::chrono::milliseconds(1);

int64_t wall_now_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Returns a * b in lowest terms, or nothing if that exceeds 64 bits.
std::optional<Ratio> product(Ratio a, Ratio b) noexcept {
  const uint64_t down = std::gcd(a.num, b.den);
  const uint64_t up = std::gcd(b.num, a.den);
  Ratio result;
  if (__builtin_mul_overflow(a.num / down, b.num / up, &result.num) ||
      __builtin_mul_overflow(a.den / up, b.den / down, &result.den))
    return std::nullopt;
  const uint64_t common = std::gcd(result.num, result.den);
  return Ratio{result.num / common, result.den / common};
}

Error refusal(std::string what) {
  return {Errc::kInvalidArgument, 0, std::move(what)};
}

}  // namespace

// The position is asked for before the lock is taken, since the answer needs it too.
template <class Change>
Result<> Control::apply(std::string_view command, std::string value, const Change& change) {
  const MutexLock looking(look_mutex_);
  std::optional<CaptureTime> position;
  if (look_) {
    if (const EngineProgress now = look_(); now.packets_sent > 0) position = now.position;
  }
  const MutexLock lock(mutex_);
  TRY_VOID(check_running());
  TRY(const bool changed, change());
  if (!changed) return {};
  if (changes_.listed.size() < kMostListed) {
    changes_.listed.push_back({wall_now_ns(), std::string(command), std::move(value), position});
  } else {
    ++changes_.others;
  }
  count_.fetch_add(1, std::memory_order_release);
  return {};
}

Result<> Control::check_running() const {
  if (over_) return refusal("the replay is over");
  if (stop_.stop_requested()) return refusal("the replay is about to end");
  return {};
}

void Control::forget_fronts() {
  for (Front& front : fronts_) {
    if (front.state != Front::State::kGone) front = {};
  }
}

Result<> Control::pause() {
  return apply("pause", "", [this]() REQUIRES_LOCK(mutex_) -> Result<bool> {
    if (paused_) return false;
    paused_ = true;
    paused_at_ = now_();
    forget_fronts();
    return true;
  });
}

Result<> Control::resume() {
  return apply("resume", "", [this]() REQUIRES_LOCK(mutex_) -> Result<bool> {
    if (!paused_) return false;
    if (started_ && terms_.real_time)
      anchor_ = anchor_.shifted(std::max(now_() - held_since(), Nanos{0}));
    paused_ = false;
    steps_left_ = 0;
    steps_wanted_ = false;
    return true;
  });
}

Result<> Control::toggle_pause() {
  return paused() ? resume() : pause();
}

Result<> Control::step(uint64_t packets) {
  if (packets == 0) return refusal("step: needs at least one packet");
  return apply("step", fmt::format("{}", packets), [&]() REQUIRES_LOCK(mutex_) -> Result<bool> {
    if (!paused_) return refusal("step: the replay is not paused");
    steps_left_ = saturating_sum(steps_left_, packets);
    steps_wanted_ = true;
    return true;
  });
}

Result<> Control::use_speed(Ratio speed) {
  if (!begun_)
    return refusal("speed: the replay is still being prepared, so its speed is not known");
  if (terms_.topspeed) return refusal("speed: packets are sent as fast as possible");
  if (!terms_.real_time) return refusal("speed: packets are not sent in real time");
  const std::optional<Ratio> by_capture_time = product(speed, terms_.time_factor);
  if (!by_capture_time) {
    return refusal(
        fmt::format("speed: {} has too many digits for this schedule", format_ratio(speed)));
  }
  const Ratio factor = by_capture_time->inverse();
  const SendTime now = paused_ ? held_since() : now_();
  if (started_ && now > started_at_) {
    anchor_ = anchor_.with_factor(now, factor);
  } else {
    anchor_.factor = anchor_.before = factor;
  }
  speed_ = speed;
  return {};
}

Result<> Control::set_speed(Ratio speed) {
  return apply("speed", format_ratio(speed), [&]() REQUIRES_LOCK(mutex_) -> Result<bool> {
    if (begun_ && speed == speed_) return false;
    TRY_VOID(use_speed(speed));
    return true;
  });
}

Result<> Control::multiply_speed(Ratio by) {
  std::optional<Ratio> next;
  {
    const MutexLock lock(mutex_);
    next = product(speed_, by);
  }
  if (!next) return refusal("speed: the limit has been reached");
  return set_speed(*next);
}

Result<> Control::check_seek() const {
  if (!terms_.no_seek.empty()) return refusal("seek: " + terms_.no_seek);
  // What is read for the start is part of its preparation.
  if (!started_) return refusal("seek: the replay has not begun");
  return {};
}

Result<> Control::use_target(CaptureTime target) {
  if (target > terms_.last) {
    return refusal(fmt::format("seek: {} is after the last packet ({})", format_rfc3339(target),
                               format_rfc3339(terms_.last)));
  }
  target_ = std::max(target, terms_.first);
  ++seeks_;
  forget_fronts();
  seek_waits_.request_stop();
  return {};
}

Result<> Control::seek(CaptureTime target) {
  return apply("seek", format_rfc3339(target), [&]() REQUIRES_LOCK(mutex_) -> Result<bool> {
    TRY_VOID(check_seek());
    TRY_VOID(use_target(target));
    return true;
  });
}

Result<> Control::seek_by(Nanos by) {
  CaptureTime from;
  {
    const MutexLock looking(look_mutex_);
    if (!look_) return refusal("seek: the replay has not begun");
    from = look_().position;
    const MutexLock lock(mutex_);
    if (resumed_ != seeks_) from = target_;  // the position is still that of before
  }
  return seek(saturating_sum(from, by));
}

std::stop_token Control::seek_token() {
  const MutexLock lock(mutex_);
  return seek_waits_.get_token();
}

std::optional<Control::Seek> Control::take_seek() {
  const MutexLock lock(mutex_);
  if (taken_ == seeks_) return std::nullopt;
  taken_ = seeks_;
  seek_waits_ = {};
  return Seek{seeks_, target_};
}

void Control::resume_after(uint64_t seek, Nanos planned) {
  const MutexLock lock(mutex_);
  if (seek != seeks_ || resumed_ == seeks_) return;
  resumed_ = seeks_;
  if (terms_.real_time)
    anchor_ = anchor_.moved_to(planned, paused_ ? held_since() : now_() + kLead);
  forget_fronts();
  count_.fetch_add(1, std::memory_order_release);
}

Result<> Control::stop() {
  TRY_VOID(apply("stop", "", []() -> Result<bool> { return true; }));
  stop_.request_stop();
  return {};
}

Control::Status Control::status() {
  Status status;
  const MutexLock looking(look_mutex_);
  if (look_) status.progress = look_();
  const MutexLock lock(mutex_);
  status.over = over_;
  status.paused = paused_;
  status.stopping = stop_.stop_requested();
  if (begun_ && terms_.real_time && !terms_.topspeed) status.speed = speed_;
  status.steps_left = steps_left_;
  return status;
}

void Control::begin(const Terms& terms, std::function<EngineProgress()> look) {
  const MutexLock looking(look_mutex_);
  look_ = std::move(look);
  const MutexLock lock(mutex_);
  terms_ = terms;
  speed_ = terms.time_factor.inverse();
  begun_ = true;
}

ControlChanges Control::end() {
  const MutexLock looking(look_mutex_);
  look_ = {};
  const MutexLock lock(mutex_);
  over_ = true;
  return std::move(changes_);
}

bool Control::paused() {
  const MutexLock lock(mutex_);
  return paused_;
}

std::optional<Ratio> Control::changed_speed() {
  const MutexLock lock(mutex_);
  return speed_ == terms_.time_factor.inverse() ? std::nullopt : std::make_optional(speed_);
}

Nanos Control::reached() {
  const MutexLock lock(mutex_);
  if (!started_) return Nanos{0};
  return std::max(anchor_.reached(paused_ ? held_since() : now_()), Nanos{0});
}

Ratio Control::factor() {
  const MutexLock lock(mutex_);
  return anchor_.factor;
}

Control::View Control::view() {
  const MutexLock lock(mutex_);
  return {count_.load(std::memory_order_relaxed), paused_, seeks_, anchor_};
}

void Control::start_at(SendTime start) {
  const MutexLock lock(mutex_);
  if (started_) return;
  started_ = true;
  started_at_ = start;
  anchor_.at = start;
}

void Control::slip(Nanos by) {
  const MutexLock lock(mutex_);
  anchor_ = anchor_.shifted(by);
  count_.fetch_add(1, std::memory_order_release);
}

bool Control::take_step(size_t lane, Nanos due, uint64_t round) {
  const MutexLock lock(mutex_);
  fronts_[lane] = {Front::State::kPacket, due, round};
  if (!paused_ || steps_left_ == 0 || resumed_ != seeks_) return false;
  // While the merging thread publishes, another lane may be about to get an earlier packet.
  if (terms_.lanes > 1 && round % 2 != 0) return false;
  for (size_t i = 0; i < terms_.lanes; ++i) {
    const Front& other = fronts_[i];
    if (i == lane || other.state == Front::State::kGone) continue;
    if (other.state == Front::State::kUnknown) return false;
    if (other.state == Front::State::kEmpty && other.round < round) return false;
    if (other.state == Front::State::kPacket && (other.due < due || (other.due == due && i < lane)))
      return false;
  }
  steps_wanted_ = --steps_left_ > 0;
  fronts_[lane] = {};
  if (started_ && terms_.real_time && due > anchor_.reached(held_since()))
    anchor_ = anchor_.moved_to(due, held_since());
  return true;
}

void Control::note_empty(size_t lane, uint64_t round) {
  const MutexLock lock(mutex_);
  fronts_[lane] = {Front::State::kEmpty, {}, round};
}

void Control::leave(size_t lane) {
  const MutexLock lock(mutex_);
  fronts_[lane].state = Front::State::kGone;
}

}  // namespace gophercap::replay
