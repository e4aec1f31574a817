#include "replay/send/sender.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

#include "base/result.h"
#include "replay/plan/frame_filter.h"
#include "replay/send/send_error.h"

namespace gophercap::replay {
namespace {

// Number of departures that should be queued before the first packet is sent.
constexpr size_t kPrefill = 4096;

constexpr Nanos kIdleSleep = std::chrono::microseconds(20);
constexpr Nanos kSimulatedIdleSleep = std::chrono::microseconds(500);
// If a queue accepts nothing for this long, it is not just full.
constexpr Nanos kLongestStall = std::chrono::seconds(1);
// If the link is watched, its loss may be announced this late, because the kernel collects events.
constexpr Nanos kLongestStallOfLink = std::chrono::milliseconds(2500);
constexpr Nanos kRetrySleep = std::chrono::microseconds(20);
constexpr Nanos kPublishEvery = std::chrono::seconds(1);

void sleep_for(Nanos d) noexcept {
  const timespec ts{0, static_cast<long>(d.count())};
  ::nanosleep(&ts, nullptr);
}

bool belongs_to_seek(const Departure& d) noexcept {
  return d.kind == Departure::Kind::kFlush || d.kind == Departure::Kind::kResume;
}

}  // namespace

Sender::Sender(transmit::Transmitter& transmitter, Clock& clock, const Timeline& timeline,
               const SendOptions& options, std::span<Lane* const> lanes, size_t own,
               StartGate& gate, int cpu)
    : transmitter_(transmitter),
      clock_(clock),
      timeline_(timeline),
      options_(options),
      paced_(clock.is_real() && !options.topspeed),
      far_end_bytes_(transmit::far_end_bytes(transmitter)),
      lanes_(lanes),
      own_(own),
      ring_(lanes[own]->ring),
      gate_(gate),
      cpu_(cpu),
      frames_(std::max<size_t>(transmitter.preferred_batch(), 1)),
      schedule_(options.control, clock, own),
      patience_(!options.links_up.empty() ? kLongestStallOfLink : kLongestStall,
                options.queue_below) {}

void Sender::run(const std::stop_token& stop) {
  // Without this, timers of ordinary threads are delayed by up to 50 µs.
  if (clock_.is_real()) ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  std::optional<RealtimeShare> share;
  if (options_.realtime) {
    refused_ = make_thread_realtime(cpu_);
    constexpr Nanos kUsualLimit = std::chrono::milliseconds(950);
    const Nanos limit = realtime_limit_per_second().value_or(kUsualLimit);
    if (refused_.priority == 0 && limit < std::chrono::seconds(1)) share.emplace(limit);
  }
  while (!over_ && !stop.stop_requested()) {
    if (share) share->look(clock_.now());
    if (!wait_for_departures(stop)) break;
    if (!started_) {
      start(stop);
      continue;  // a stop may have been requested meanwhile
    }
    const std::span<const Departure> waiting = ring_.front();
    if (waiting.front().kind != Departure::Kind::kFrame) {
      pass(waiting.front());
      ring_.pop(1);
      continue;
    }
    awaited_due_ns_.store(waiting.front().due_ns, std::memory_order_relaxed);
    const bool held = schedule_.held();
    if (schedule_.passed_over()) [[unlikely]] {
      throw_away(waiting);
      continue;
    }
    if (held) [[unlikely]] {
      send_step(waiting, stop);
      continue;
    }
    const size_t due = gather_due(waiting, stop);
    if (due > 0) send(waiting.first(due), stop);
    starved_shown_.store(starved_, std::memory_order_relaxed);
  }
  schedule_.end();
  rusage usage{};
  if (::getrusage(RUSAGE_THREAD, &usage) == 0) preempted_ = static_cast<uint64_t>(usage.ru_nivcsw);
}

bool Sender::wait_for_departures(const std::stop_token& stop) {
  if (!ring_.front().empty()) return true;
  // In simulated time there is no hurry. Longer naps let the ring fill and leave the CPU to the
  // merging thread.
  const Nanos nap = clock_.is_real() ? kIdleSleep : kSimulatedIdleSleep;
  for (;;) {
    const uint64_t round = schedule_.round();
    if (!ring_.front().empty()) break;
    if (ring_.exhausted() || stop.stop_requested()) return false;
    schedule_.note_empty(round);
    sleep_for(nap);
  }
  arrived_ = clock_.now();
  return true;
}

void Sender::pass(const Departure& marker) noexcept {
  // There is one writer, so plain loads and stores are enough; they cost less than
  // read-modify-write.
  markers_.store(markers_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (belongs_to_seek(marker)) {
    pass_seek(marker);
  } else if (marker.kind == Departure::Kind::kLoopBegin) {
    // A seek stays in the loop that has begun, however far the merge is.
    if (schedule_.passed_over()) return;
    loops_begun_.store(loops_begun_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  } else {
    // Release: a thread that sees the new number may overwrite the slab, so reading it must be
    // finished.
    std::atomic<uint64_t>& released = lanes_[own_]->released;
    released.store(released.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
}

void Sender::pass_seek(const Departure& marker) noexcept {
  if (marker.kind == Departure::Kind::kFlush) {
    schedule_.note_flush(marked_seek(marker));
    schedule_.step_done();
    incomplete_ = false;
    // Release: the merging thread reads the counters then.
    lanes_[own_]->flushed.store(marked_seek(marker), std::memory_order_release);
    return;
  }
  loops_begun_.store(marked_loop(marker) + 1, std::memory_order_relaxed);
  newest_due_ns_.store(marker.due_ns, std::memory_order_relaxed);
  awaited_due_ns_.store(marker.due_ns, std::memory_order_relaxed);
  stats_.break_gap();
  schedule_.resume_after(marked_seek(marker), marker.due_ns);
  arrived_ = clock_.now();
}

void Sender::throw_away(std::span<const Departure> waiting) noexcept {
  size_t frames = 0;
  while (frames < waiting.size() && waiting[frames].kind == Departure::Kind::kFrame) ++frames;
  ring_.pop(frames);
}

bool Sender::enough_ready() const noexcept {
  size_t ready = 0;
  for (const Lane* lane : lanes_) {
    if (lane->ring.closed() || lane->complete.load(std::memory_order_acquire)) return true;
    ready += lane->ring.size();
  }
  return ready >= std::min(kPrefill, ring_.capacity() / 2);
}

void Sender::start(const std::stop_token& stop) {
  started_ = true;
  if (gate_.claim()) {
    const StartRule rule{.paced = paced_, .at_wall_ns = options_.start_at_wall_ns};
    if (!gate_.open_when_ready(
            clock_, rule, [this] { return enough_ready(); }, stop))
      return;
  }
  while (!gate_.is_open()) {
    if (stop.stop_requested()) return;
    // A start at a given time is fixed 20 ms in advance, any other start one millisecond.
    sleep_for(options_.start_at_wall_ns ? std::chrono::milliseconds(1) : kIdleSleep);
  }
  schedule_.begin(gate_.start());
  arrived_ = gate_.start();
  published_ = gate_.start();
}

uint64_t Sender::leave_out(std::span<const Departure> waiting, SendTime now, Nanos limit) noexcept {
  size_t late = 0;
  uint64_t packets = 0;
  for (; late < waiting.size(); ++late) {
    // To be passed when the packets before it have been counted.
    if (belongs_to_seek(waiting[late])) break;
    if (waiting[late].kind != Departure::Kind::kFrame) {
      pass(waiting[late]);
    } else if (now - due_time(waiting[late]) > limit) {
      packets += !waiting[late].more;
      incomplete_ = waiting[late].more;
    } else {
      break;
    }
  }
  ring_.pop(late);
  if (late > 0) stats_.break_gap();
  return packets;
}

// Waits until the first of `waiting` is due. Returns how many to pass to one send call.
size_t Sender::gather_due(std::span<const Departure> waiting, const std::stop_token& stop) {
  size_t most = 0;
  while (most < std::min(waiting.size(), frames_.size()) &&
         waiting[most].kind == Departure::Kind::kFrame)
    ++most;
  if (options_.topspeed) return most;
  if (!clock_.is_real()) {  // no time passes between packets, so they need not be sent one by one
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
      dropped_late_ += leave_out(waiting, now, options_.late_limit);
      show_unsent();
      return 0;
    }
    schedule_.slip(late);
    stats_.break_gap();
    arrived_ += late;  // packets that were late before the move are not late any more
    slipped_ += late;
    ++slips_;
  }
  size_t due = 1;
  while (due < most && due_time(waiting[due]) <= now) ++due;
  return due;
}

void Sender::send_step(std::span<const Departure> waiting, const std::stop_token& stop) {
  if (!schedule_.may_step(waiting.front().due_ns)) return;
  size_t frames = 0;
  while (frames < std::min(waiting.size(), frames_.size()) &&
         waiting[frames].kind == Departure::Kind::kFrame && waiting[frames++].more) {
  }
  const bool last = !waiting[frames - 1].more;
  const size_t before = ring_.popped();
  send(waiting.first(frames), stop);
  if (last && ring_.popped() - before >= frames) schedule_.step_done();
}

void Sender::send(std::span<const Departure> due, const std::stop_token& stop) {
  if (!link_is_up()) [[unlikely]] {
    sit_out_outage(stop);
    return;
  }
  for (size_t i = 0; i < due.size(); ++i) {
    const Departure& d = due[i];
    frames_[i] = {d.data,      d.bytes, d.original_bytes,
                  d.link_type, d.lane,  timeline_.stamp(Nanos(d.due_ns))};
  }
  if (send_calls_ == 0) first_send_ = clock_.is_real() ? clock_.now() : schedule_.start();
  size_t done = 0;
  size_t barrier = passing(due);
  while (done < due.size() && !over_) {
    if (done == barrier) {
      fail(EMSGSIZE, due[done++]);
      barrier = done + passing(due.subspan(done));
      continue;
    }
    const SendTime called = clock_.now();
    const transmit::SendOutcome outcome =
        transmitter_.send({frames_.data() + done, barrier - done});
    ++send_calls_;
    if (outcome.accepted > 0) {
      last_return_ = clock_.now();
      account(due.subspan(done, outcome.accepted), called, last_return_);
      done += outcome.accepted;
      in_outage_ = false;
    }
    if (outcome.error == 0) continue;
    if (outcome.error == EAGAIN || outcome.error == ENOBUFS || outcome.error == EINTR) {
      if (!link_is_up()) {  // the queue may be full because the link is down
        ring_.pop(done);
        sit_out_outage(stop);
        return;
      }
      if (done < barrier && wait_for_room(outcome.error, due[done]) == Patience::Advice::kGiveUp)
        give_up(due[done++]);
      over_ = over_ || stop.stop_requested();
    } else if (options_.link_timeout > Nanos(0) && is_outage(outcome.error)) {
      ring_.pop(done);
      sit_out_outage(stop);
      return;
    } else if (is_fatal(outcome.error) || (outcome.error == ENOMEM && !clock_.is_real())) {
      // An interface may have memory for the next frame. A recording must not have a hole.
      fatal_errno_ = outcome.error;
      over_ = true;
    } else if (done < barrier) {
      fail(outcome.error, due[done++]);
    }
  }
  ring_.pop(done);
}

size_t Sender::passing(std::span<const Departure> due) const noexcept {
  if (!has_small_far_end_) return due.size();
  size_t n = 0;
  while (n < due.size() && due[n].bytes <= far_end_bytes(due[n])) ++n;
  return n;
}

void Sender::fail(int error, const Departure& frame) noexcept {
  failed_ += !frame.more;
  incomplete_ = frame.more;
  if (frame.bytes > far_end_bytes(frame)) {
    if (failed_far_end_++ == 0) failed_far_end_lane_ = frame.lane;
    mtu_needed_.add(mtu_for(frame.data, frame.bytes));
  } else if (failed_errno_ == 0) {
    failed_errno_ = error;
  }
  show_unsent();
}

// `patience_` counts the frame.
void Sender::give_up(const Departure& frame) noexcept {
  given_up_inside_ += frame.more;
  incomplete_ = frame.more;
  show_unsent();
}

void Sender::show_unsent() noexcept {
  const uint64_t given_up = patience_.given_up();
  failed_shown_.store(failed_ + given_up - std::min(given_up, given_up_inside_),
                      std::memory_order_relaxed);
  dropped_shown_.store(dropped_late_, std::memory_order_relaxed);
  missed_shown_.store(missed_, std::memory_order_relaxed);
}

Patience::Advice Sender::wait_for_room(int error, const Departure& frame) {
  ++retries_;
  const Patience::Advice advice = error == EINTR
                                      ? Patience::Advice::kAgain
                                      : patience_.refused(error, frame.bytes, SendClock::now());
  if (advice == Patience::Advice::kOver) {
    fatal_errno_ = error;
    over_ = true;
  } else if (advice == Patience::Advice::kAgain && error != EINTR) {
    sleep_for(kRetrySleep);
  }
  return advice;
}

void Sender::pass_missed(SendTime now) noexcept {
  std::span<const Departure> waiting = ring_.front();
  while (!waiting.empty() && waiting.front().kind != Departure::Kind::kFrame) {
    pass(waiting.front());
    ring_.pop(1);
    waiting = ring_.front();
  }
  const bool held = schedule_.held();
  if (schedule_.passed_over()) {
    throw_away(waiting);
  } else if (paced_ && !held && !waiting.empty()) {
    missed_ += leave_out(waiting, now, Nanos(0));
  }
  show_unsent();
}

// Waits until the link is up again, for as long as the user allows, and leaves out what is due
// meanwhile, so that later packets are on schedule. At top speed nothing is left out.
void Sender::sit_out_outage(const std::stop_token& stop) {
  constexpr Nanos kLookEvery = std::chrono::milliseconds(1);
  if (!in_outage_) {  // otherwise it is the same outage, since nothing has been sent
    in_outage_ = true;
    outage_since_ = clock_.now();
    ++outages_;
  }
  patience_.begin_again();
  const SendTime before = clock_.now();
  while (!stop.stop_requested()) {
    const SendTime now = clock_.now();
    if (now - outage_since_ >= options_.link_timeout) {
      fatal_errno_ = ENETDOWN;
      over_ = true;
      break;
    }
    pass_missed(now);
    if (ring_.exhausted()) break;  // nothing is left to send
    // The send error may come before the link is announced to be down.
    if (link_is_up() && now - before > kLookEvery) break;
    sleep_for(kLookEvery);
  }
  outage_ += clock_.now() - before;
  stats_.break_gap();
}

// Returns how many packets were sent completely with these frames, of which `inner` are not the
// last of their packet. If an earlier frame of the first packet was not sent, that packet has
// failed.
uint64_t Sender::whole_packets(size_t frames, size_t inner) noexcept {
  uint64_t packets = frames - inner;
  if (incomplete_ && packets > 0) [[unlikely]] {
    incomplete_ = false;
    ++failed_;
    --packets;
  }
  return packets;
}

// The packets of one call are assumed to be sent evenly between its beginning and its return, each
// in the middle of its share of that time.
void Sender::account(std::span<const Departure> accepted, SendTime called,
                     SendTime returned) noexcept {
  constexpr int kShift = 16;
  const int64_t half_share =
      ((returned - called).count() << kShift) / static_cast<int64_t>(2 * accepted.size());
  int64_t since_called = half_share;
  uint64_t bytes = 0;
  uint64_t cut = 0;
  size_t inner = 0;  // frames that are not the last of their packet
  uint32_t longest = 0;
  for (const Departure& d : accepted) {
    bytes += d.bytes;
    longest = std::max(longest, d.bytes);
    inner += d.more;
    cut += !d.more && d.bytes < d.original_bytes;
    if (paced_ && !schedule_.stepping()) {
      stats_.record(d.due_ns, (called - due_time(d)).count() + (since_called >> kShift));
      since_called += 2 * half_share;
      starved_ += due_time(d) < arrived_;
    }
  }
  patience_.passed(longest);
  sent_cut_ += cut;
  sent_.store(sent() + whole_packets(accepted.size(), inner), std::memory_order_relaxed);
  frames_sent_.store(frames_sent() + accepted.size(), std::memory_order_relaxed);
  sent_bytes_.store(sent_bytes_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
  newest_due_ns_.store(accepted.back().due_ns, std::memory_order_relaxed);
  if (returned - published_ > kPublishEvery) {
    published_ = returned;
    std::array<int64_t, LatenessSoFar::kShares.size()> now{};
    stats_.lateness().quantiles(LatenessSoFar::kShares, now);
    for (size_t i = 0; i < now.size(); ++i)
      lateness_shown_[i].store(now[i], std::memory_order_relaxed);
  }
}

}  // namespace gophercap::replay
