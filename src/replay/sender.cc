#include "replay/sender.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>

#include "base/result.h"

namespace gophercap::replay {
namespace {

// The first packet leaves once this much is ready. Where the memory given is too little for that,
// or the machine too busy, it waits no longer than this: a start that the readers can't keep up
// with makes the first packets late.
constexpr size_t kPrefill = 4096;
constexpr Nanos kLongestPrefill = std::chrono::milliseconds(500);
constexpr Nanos kLead =
    std::chrono::milliseconds(1);  // from "ready" to the first packet's due time

constexpr Nanos kIdleSleep = std::chrono::microseconds(20);
// A queue that takes nothing for this long is not full but dead.
constexpr Nanos kLongestStall = std::chrono::seconds(1);
constexpr Nanos kRetrySleep = std::chrono::microseconds(20);
constexpr Nanos kPublishEvery = std::chrono::seconds(1);

void sleep_for(Nanos d) noexcept {
  const timespec ts{0, static_cast<long>(d.count())};
  ::nanosleep(&ts, nullptr);
}

// What the wall clock shows at `when`, in nanoseconds since 1970.
int64_t wall_time_of(SendTime when) noexcept {
  timespec wall{};
  const SendTime before = SendClock::now();
  ::clock_gettime(CLOCK_REALTIME, &wall);
  const SendTime after = SendClock::now();
  const SendTime read = before + (after - before) / 2;
  return int64_t{wall.tv_sec} * 1'000'000'000 + wall.tv_nsec + (when - read).count();
}

// Errors of the way out as a whole. Any other belongs to the frame: that one failed, the next may
// go.
bool is_fatal(int error) noexcept {
  switch (error) {
    case ENETDOWN:
    case ENETUNREACH:
    case ENODEV:
    case ENXIO:
    case EBADF:
    case EPIPE:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case EPERM:
    case EACCES:
      return true;
    default:
      return false;
  }
}

}  // namespace

Sender::Sender(transmit::Transmitter& transmitter, Clock& clock, const Timeline& timeline,
               const SendOptions& options, DepartureRing& ring, std::atomic<uint64_t>& released)
    : transmitter_(transmitter),
      clock_(clock),
      timeline_(timeline),
      options_(options),
      paced_(clock.is_real() && !options.topspeed),
      ring_(ring),
      released_(released),
      frames_(std::max<size_t>(transmitter.preferred_batch(), 1)) {}

void Sender::run(const std::stop_token& stop) {
  // Threads that are not real-time have their timers delayed by up to 50 µs otherwise.
  if (clock_.is_real()) ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  if (options_.realtime) refused_ = make_thread_realtime();
  while (!over_ && !stop.stop_requested()) {
    if (!wait_for_departures(stop)) break;
    if (!started_) {
      start(stop);
      continue;  // a stop may have come meanwhile
    }
    const std::span<const Departure> waiting = ring_.front();
    const size_t due = gather_due(waiting, stop);
    if (due > 0) send(waiting.first(due), stop);
  }
}

bool Sender::wait_for_departures(const std::stop_token& stop) {
  if (!ring_.front().empty()) return true;
  while (ring_.front().empty()) {
    if (ring_.exhausted() || stop.stop_requested()) return false;
    sleep_for(kIdleSleep);
  }
  arrived_ = clock_.now();
  return true;
}

void Sender::start(const std::stop_token& stop) {
  started_ = true;
  const SendTime ready = SendClock::now();
  // Simulated time waits for the readers by itself.
  while (clock_.is_real() && ring_.size() < std::min(kPrefill, ring_.capacity() / 2) &&
         !ring_.closed() && !stop.stop_requested() && SendClock::now() - ready < kLongestPrefill) {
    sleep_for(kRetrySleep);
  }
  start_ = clock_.now() + (paced_ ? kLead : Nanos(0));
  if (clock_.is_real() && options_.start_at_wall_ns && !wait_for_start(stop)) return;
  if (clock_.is_real()) start_wall_ns_ = wall_time_of(start_);
  arrived_ = start_;
  published_ = start_;
}

// Looks at the wall clock again and again: it may be set or slewed while we wait. From shortly
// before the time on it is taken to run as our own clock does. False: a stop came first.
bool Sender::wait_for_start(const std::stop_token& stop) {
  constexpr Nanos kFixBefore = std::chrono::milliseconds(20);
  constexpr Nanos kLookEvery = std::chrono::seconds(1);
  for (;;) {
    const SendTime now = clock_.now();
    const Nanos left(*options_.start_at_wall_ns - wall_time_of(now));
    if (left <= kFixBefore) {
      start_ = now + std::max(left, Nanos(0));
      return true;
    }
    if (!clock_.wait_until(now + std::min(left - kFixBefore, kLookEvery), stop)) return false;
  }
}

// Leaves out the packets in front that are too late.
void Sender::drop_late(std::span<const Departure> waiting, SendTime now) {
  size_t late = 0;
  uint64_t loops = 0;
  while (late < waiting.size() && now - due_time(waiting[late]) > options_.late_limit)
    loops += waiting[late++].first_of_loop;
  if (late == 0) return;
  dropped_late_ += late;
  loops_begun_.store(loops_begun_.load(std::memory_order_relaxed) + loops,
                     std::memory_order_relaxed);
  release(waiting.first(late));
  ring_.pop(late);
}

// How many of `waiting` may leave in one call; waits for the first.
size_t Sender::gather_due(std::span<const Departure> waiting, const std::stop_token& stop) {
  const size_t most = std::min(waiting.size(), frames_.size());
  if (options_.topspeed) return most;
  if (!clock_.is_real()) {  // no time passes between two packets, so there is no reason to let them
                            // go one by one
    (void)clock_.wait_until(due_time(waiting[most - 1]), stop);
    return most;
  }
  SendTime now = clock_.now();
  if (due_time(waiting.front()) > now) {
    if (!clock_.wait_until(due_time(waiting.front()), stop)) return 0;
    now = clock_.now();
  }
  const Nanos late = now - due_time(waiting.front());
  if (options_.late != LatePolicy::kCatchUp && late > options_.late_limit) {
    if (options_.late == LatePolicy::kDrop) {
      drop_late(waiting, now);
      return 0;
    }
    start_ += late;
    arrived_ += late;  // what was late before the move is not late any more
    slipped_ += late;
    ++slips_;
  }
  size_t due = 1;
  while (due < most && due_time(waiting[due]) <= now) ++due;
  return due;
}

void Sender::send(std::span<const Departure> due, const std::stop_token& stop) {
  for (size_t i = 0; i < due.size(); ++i) {
    const Departure& d = due[i];
    frames_[i] = {d.data, d.captured_bytes, d.original_bytes, d.link_type,
                  timeline_.stamp(Nanos(d.due_ns))};
  }
  if (send_calls_ == 0) first_send_ = clock_.is_real() ? clock_.now() : start_;
  size_t done = 0;
  while (done < due.size() && !over_) {
    const SendTime called = clock_.now();
    const transmit::SendOutcome outcome =
        transmitter_.send({frames_.data() + done, due.size() - done});
    ++send_calls_;
    if (outcome.accepted > 0) {
      last_return_ = clock_.now();
      account(due.subspan(done, outcome.accepted), called, last_return_);
      done += outcome.accepted;
      stuck_ = false;
    }
    if (outcome.error == 0) continue;
    if (outcome.error == EAGAIN || outcome.error == ENOBUFS || outcome.error == EINTR) {
      over_ = over_ || !recover(outcome.error) || stop.stop_requested();
    } else if (is_fatal(outcome.error)) {
      fatal_errno_ = outcome.error;
      over_ = true;
    } else {
      ++failed_;
      if (failed_errno_ == 0) failed_errno_ = outcome.error;
      ++done;
    }
  }
  release(due.first(done));
  ring_.pop(done);
}

// The queue below is full: give it a moment, but not for ever.
bool Sender::recover(int error) {
  ++retries_;
  const SendTime now = SendClock::now();
  if (!stuck_) {
    stuck_ = true;
    stuck_since_ = now;
  }
  if (now - stuck_since_ > kLongestStall) {
    fatal_errno_ = error;
    return false;
  }
  if (error != EINTR) sleep_for(kRetrySleep);
  return true;
}

// Packets of one call leave one after the other between the call and its return: each is taken to
// have left in the middle of its share of that time.
void Sender::account(std::span<const Departure> accepted, SendTime called,
                     SendTime returned) noexcept {
  constexpr int kShift = 16;
  const int64_t half_share =
      ((returned - called).count() << kShift) / static_cast<int64_t>(2 * accepted.size());
  int64_t since_called = half_share;
  uint64_t bytes = 0;
  uint64_t loops = 0;
  for (const Departure& d : accepted) {
    loops += d.first_of_loop;
    bytes += d.captured_bytes;
    sent_cut_ += d.captured_bytes < d.original_bytes;
    if (paced_) {
      lateness_.record((called - due_time(d)).count() + (since_called >> kShift));
      since_called += 2 * half_share;
      starved_ += due_time(d) < arrived_;
    }
  }
  // One writer: plain loads and stores are enough, and cheaper than read-modify-write.
  sent_.store(sent_.load(std::memory_order_relaxed) + accepted.size(), std::memory_order_relaxed);
  sent_bytes_.store(sent_bytes_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
  if (loops > 0)
    loops_begun_.store(loops_begun_.load(std::memory_order_relaxed) + loops,
                       std::memory_order_relaxed);
  newest_due_ns_.store(accepted.back().due_ns, std::memory_order_relaxed);
  if (returned - published_ > kPublishEvery) {
    published_ = returned;
    lateness_p99_ns_.store(lateness_.quantile(0.99), std::memory_order_relaxed);
  }
}

void Sender::release(std::span<const Departure> done) noexcept {
  uint64_t slabs = 0;
  for (const Departure& d : done) slabs += d.last_of_slab;
  // Release: whoever sees the new number may overwrite the slab, so our reads of it must have
  // happened.
  if (slabs > 0)
    released_.store(released_.load(std::memory_order_relaxed) + slabs, std::memory_order_release);
}

void Sender::settle(Report& report) const {
  report.accounts.sent = sent();
  report.accounts.sent_bytes = sent_bytes();
  report.accounts.sent_cut = sent_cut_;
  report.accounts.failed = failed_;
  report.accounts.dropped_late = dropped_late_;
  report.slips = slips_;
  if (refused_.priority != 0)
    report.not_granted.push_back(errno_error(refused_.priority, "real-time priority").what);
  if (refused_.affinity != 0)
    report.not_granted.push_back(errno_error(refused_.affinity, "a CPU of its own").what);
  report.slipped = slipped_;
  if (send_calls_ > 0) report.started_wall_ns = start_wall_ns_;
  report.lateness = lateness_;
  report.starved_packets = starved_;
  report.send_calls = send_calls_;
  report.retries = retries_;
  report.send_duration = send_calls_ > 0 ? last_return_ - first_send_ : Nanos(0);
  if (fatal_errno_ != 0) {
    report.failure_errno = fatal_errno_;
    report.failure = errno_error(fatal_errno_, transmitter_.describe()).what;
  } else if (failed_errno_ != 0) {
    report.first_refusal = errno_error(failed_errno_, transmitter_.describe()).what;
  }
}

}  // namespace gophercap::replay
