// A sending thread: takes departures from its ring when they are due and passes them to its
// transmitter.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/words.h"
#include "replay/control.h"
#include "replay/engine_progress.h"
#include "replay/plan/timeline.h"
#include "replay/report.h"
#include "replay/send/clock.h"
#include "replay/send/departure.h"
#include "replay/send/lane_schedule.h"
#include "replay/send/patience.h"
#include "replay/send/realtime.h"
#include "replay/send/send_stats.h"
#include "replay/send/start_gate.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// What to do with packets that are late, because reading, the machine or a queue was too slow.
enum class LatePolicy : uint8_t {
  kCatchUp,  // send them at once: keeps the duration, but not the gaps
  kSlip,     // delay the rest of the schedule: keeps the gaps, but not the duration
  kDrop,     // leave them out: every packet sent is on time
};
constexpr auto words_of(LatePolicy) noexcept {
  return std::to_array<Word<LatePolicy>>({{LatePolicy::kCatchUp, "catch-up"},
                                          {LatePolicy::kSlip, "slip"},
                                          {LatePolicy::kDrop, "drop"}});
}

struct SendOptions {
  bool topspeed = false;                   // send as fast as possible, without due times
  bool realtime = false;                   // ask for real-time priority and a CPU
  LatePolicy late = LatePolicy::kCatchUp;  // kSlip: with one sending thread only
  Nanos late_limit{0};  // for kSlip and kDrop: packets up to this late are sent as usual
  // Wall clock time (CLOCK_REALTIME, ns since 1970) at which the first packet is due. Empty: as
  // soon as enough has been read.
  std::optional<int64_t> start_at_wall_ns{};
  // Whether each link is up; all of them must be. Empty: there is none to watch. Borrowed.
  std::vector<const std::atomic<bool>*> links_up{};
  Nanos link_timeout{0};       // how long one may be down before the run fails
  bool queue_below = true;     // there may be a slow queue that is full for a while
  Control* control = nullptr;  // changes the schedule while it runs; may be null. Borrowed.
};

// One thread calls run(), which does not allocate, lock or log. Any thread may call the functions
// for progress; results may be read after run().
class Sender {
 public:
  // Sends the departures of lanes[own]. With SendOptions::realtime, the thread is bound to `cpu`
  // (-1: to none).
  Sender(transmit::Transmitter& transmitter, Clock& clock, const Timeline& timeline,
         const SendOptions& options, std::span<Lane* const> lanes, size_t own, StartGate& gate,
         int cpu = -1);

  void run(const std::stop_token& stop);

  // Progress. sent() counts packets of which all frames were sent.
  uint64_t sent() const noexcept { return sent_.load(std::memory_order_relaxed); }
  uint64_t frames_sent() const noexcept { return frames_sent_.load(std::memory_order_relaxed); }
  uint64_t sent_bytes() const noexcept { return sent_bytes_.load(std::memory_order_relaxed); }
  // Number of frames that were sent or given up.
  uint64_t handled() const noexcept {
    const uint64_t markers = markers_.load(std::memory_order_relaxed);
    const uint64_t popped = ring_.popped();
    return std::max(frames_sent(), popped - std::min(markers, popped));
  }
  // Of the packet that it waits for, or had in front last.
  int64_t awaited_due_ns() const noexcept {
    return awaited_due_ns_.load(std::memory_order_relaxed);
  }
  // Packets that were sent late because they had not been read in time.
  uint64_t starved() const noexcept { return starved_shown_.load(std::memory_order_relaxed); }
  int64_t newest_due_ns() const noexcept { return newest_due_ns_.load(std::memory_order_relaxed); }
  // Raises each quantile to that of this thread.
  void raise(LatenessSoFar& lateness) const noexcept {
    for (size_t i = 0; i < lateness_shown_.size(); ++i) {
      const Nanos here(lateness_shown_[i].load(std::memory_order_relaxed));
      lateness.quantiles[i] = std::max(lateness.quantiles[i], here);
    }
  }
  // Adds the packets that were not sent.
  void add_unsent(Accounts& accounts) const noexcept {
    accounts.failed += failed_shown_.load(std::memory_order_relaxed);
    accounts.dropped_late += dropped_shown_.load(std::memory_order_relaxed);
    accounts.missed_link_down += missed_shown_.load(std::memory_order_relaxed);
  }
  uint64_t loops_begun() const noexcept { return loops_begun_.load(std::memory_order_relaxed); }

  // After run(): beginning of the first send call and return of the last one.
  SendTime first_send() const noexcept { return first_send_; }
  SendTime last_return() const noexcept { return last_return_; }
  uint64_t send_calls() const noexcept { return send_calls_; }
  bool broke_down() const noexcept { return fatal_errno_ != 0; }
  // Packets that it has sent or left out. Call while the thread waits for departures, or after
  // run().
  uint64_t settled() const noexcept { return sent() + failed_packets() + dropped_late_ + missed_; }
  // After run(): adds the counts and measurements of this thread to the report.
  void settle(Report& report) const;

 private:
  bool wait_for_departures(const std::stop_token& stop);
  void start(const std::stop_token& stop);
  bool enough_ready() const noexcept;
  // Leaves out the frames in front that are later than `limit`, up to a seek. Returns the number of
  // packets of which the last frame is among them.
  uint64_t leave_out(std::span<const Departure> waiting, SendTime now, Nanos limit) noexcept;
  size_t gather_due(std::span<const Departure> waiting, const std::stop_token& stop);
  void send(std::span<const Departure> due, const std::stop_token& stop);
  void account(std::span<const Departure> accepted, SendTime called, SendTime returned) noexcept;
  void pass(const Departure& marker) noexcept;
  void pass_seek(const Departure& marker) noexcept;
  // Throws away what a seek passes over.
  void throw_away(std::span<const Departure> waiting) noexcept;
  uint64_t failed_packets() const noexcept;
  // Decides what to do about the front frame, which was rejected, perhaps for lack of room.
  Patience::Advice wait_for_room(int error, const Departure& frame);
  void fail(int error, const Departure& frame) noexcept;
  void give_up(const Departure& frame) noexcept;
  void show_unsent() noexcept;
  uint64_t whole_packets(size_t frames, size_t inner) noexcept;
  // Returns how many of `due` come before the first one that is too long for its far end.
  size_t passing(std::span<const Departure> due) const noexcept;
  uint32_t far_end_bytes(const Departure& d) const noexcept {
    return far_end_bytes_.size() == 1 ? far_end_bytes_.front() : far_end_bytes_[d.lane];
  }
  bool link_is_up() const noexcept {
    for (const std::atomic<bool>* up : options_.links_up) {
      if (!up->load(std::memory_order_relaxed)) return false;
    }
    return true;
  }
  // Leaves out what is due, or passed over by a seek, while the link is down.
  void pass_missed(SendTime now) noexcept;
  void sit_out_outage(const std::stop_token& stop);
  // Sends what a step of the paused replay allows.
  void send_step(std::span<const Departure> waiting, const std::stop_token& stop);
  SendTime due_time(const Departure& d) const noexcept { return schedule_.due(d.due_ns); }

  transmit::Transmitter& transmitter_;
  Clock& clock_;
  const Timeline& timeline_;
  const SendOptions options_;
  const bool paced_;  // packets are sent when they are due, by a real clock
  const std::vector<uint32_t> far_end_bytes_;  // FrameLimits::far_end_bytes of each wire
  const bool has_small_far_end_ =
      std::ranges::any_of(far_end_bytes_, [](uint32_t bytes) { return bytes != UINT32_MAX; });
  const std::span<Lane* const> lanes_;
  const size_t own_;
  DepartureRing& ring_;
  StartGate& gate_;
  const int cpu_;

  std::vector<transmit::Frame> frames_;  // of one send call; allocated once
  bool started_ = false;
  bool over_ = false;
  LaneSchedule schedule_;
  SendTime first_send_{};
  SendTime last_return_{};
  SendTime arrived_{};  // when the ring last got departures after being empty
  SendTime outage_since_{};
  SendTime published_{};
  bool in_outage_ = false;

  std::atomic<uint64_t> sent_{0};
  std::atomic<uint64_t> frames_sent_{0};
  std::atomic<uint64_t> sent_bytes_{0};
  std::atomic<int64_t> newest_due_ns_{0};
  std::atomic<int64_t> awaited_due_ns_{0};
  std::atomic<uint64_t> starved_shown_{0};
  std::atomic<uint64_t> loops_begun_{0};
  std::atomic<uint64_t> markers_{0};  // passed
  std::array<std::atomic<int64_t>, LatenessSoFar::kShares.size()> lateness_shown_{};
  std::atomic<uint64_t> failed_shown_{0};
  std::atomic<uint64_t> dropped_shown_{0};
  std::atomic<uint64_t> missed_shown_{0};
  SendStats stats_;
  uint64_t sent_cut_ = 0;
  uint64_t failed_ = 0;
  bool incomplete_ = false;       // an earlier frame of the front packet was not sent
  uint64_t given_up_inside_ = 0;  // frames given up that are not the last of their packet
  Patience patience_;
  uint64_t starved_ = 0;
  uint64_t send_calls_ = 0;
  uint64_t retries_ = 0;
  uint64_t dropped_late_ = 0;
  uint64_t missed_ = 0;
  uint64_t outages_ = 0;
  Nanos outage_{0};
  uint64_t slips_ = 0;
  Nanos slipped_{0};
  uint64_t preempted_ = 0;
  RealtimeThread refused_;
  int failed_errno_ = 0;  // of the first rejected frame
  uint64_t failed_far_end_ = 0;
  uint8_t failed_far_end_lane_ = 0;  // of the first of these
  MtuNeeded mtu_needed_;             // for these
  int fatal_errno_ = 0;
};

}  // namespace gophercap::replay
