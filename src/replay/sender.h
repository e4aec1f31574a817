// The one thread that sends: takes departures from the ring when they are due and hands them to the
// transmitter.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "replay/clock.h"
#include "replay/departure.h"
#include "replay/realtime.h"
#include "replay/report.h"
#include "replay/timeline.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// What to do with packets that are late: the readers, the machine or the queue below held them up.
enum class LatePolicy : uint8_t {
  kCatchUp,  // send them at once, until the schedule is met again: duration is kept, gaps are not
  kSlip,     // move the rest of the schedule by as much: gaps are kept, duration is not
  kDrop,     // leave them out: what is sent is sent in time
};

struct SendOptions {
  bool topspeed = false;  // nothing is ever late
  bool realtime = false;  // ask for real-time priority and a CPU
  LatePolicy late = LatePolicy::kCatchUp;
  Nanos late_limit{0};  // for kSlip and kDrop: what is not later than this is sent as it is
  // Wall clock time (CLOCK_REALTIME, ns since 1970) at which the first packet is due; empty: as
  // soon as enough is ready.
  std::optional<int64_t> start_at_wall_ns{};
};

// run() by one thread, which allocates nothing, locks nothing and logs nothing. The atomics may be
// read by anybody at any time, the results after run().
class Sender {
 public:
  Sender(transmit::Transmitter& transmitter, Clock& clock, const Timeline& timeline,
         const SendOptions& options, DepartureRing& ring, std::atomic<uint64_t>& released);

  void run(const std::stop_token& stop);

  // For progress.
  uint64_t sent() const noexcept { return sent_.load(std::memory_order_relaxed); }
  uint64_t sent_bytes() const noexcept { return sent_bytes_.load(std::memory_order_relaxed); }
  int64_t newest_due_ns() const noexcept { return newest_due_ns_.load(std::memory_order_relaxed); }
  int64_t lateness_p99_ns() const noexcept {
    return lateness_p99_ns_.load(std::memory_order_relaxed);
  }

  uint64_t loops_begun() const noexcept { return loops_begun_.load(std::memory_order_relaxed); }

  // After run(): sent, failed, lateness, durations, failure.
  void settle(Report& report) const;

 private:
  bool wait_for_departures(const std::stop_token& stop);
  void start(const std::stop_token& stop);
  bool wait_for_start(const std::stop_token& stop);
  void drop_late(std::span<const Departure> waiting, SendTime now);
  size_t gather_due(std::span<const Departure> waiting, const std::stop_token& stop);
  void send(std::span<const Departure> due, const std::stop_token& stop);
  void account(std::span<const Departure> accepted, SendTime called, SendTime returned) noexcept;
  void release(std::span<const Departure> done) noexcept;
  // What to do about an errno of the transmitter. False: sending is over.
  bool recover(int error);
  SendTime due_time(const Departure& d) const noexcept {
    return SendTime(saturating_add(start_.time_since_epoch(), Nanos(d.due_ns)));
  }

  transmit::Transmitter& transmitter_;
  Clock& clock_;
  const Timeline& timeline_;
  const SendOptions options_;
  const bool paced_;  // by a clock that means something
  DepartureRing& ring_;
  std::atomic<uint64_t>& released_;

  std::vector<transmit::Frame> frames_;  // of one send call; allocated once
  bool started_ = false;
  bool over_ = false;
  SendTime start_{};
  std::optional<int64_t> start_wall_ns_;
  SendTime first_send_{};
  SendTime last_return_{};
  SendTime arrived_{};  // when departures came into a ring that had been empty
  SendTime stuck_since_{};
  SendTime published_{};
  bool stuck_ = false;

  std::atomic<uint64_t> sent_{0};
  std::atomic<uint64_t> sent_bytes_{0};
  std::atomic<int64_t> newest_due_ns_{0};
  std::atomic<uint64_t> loops_begun_{0};
  std::atomic<int64_t> lateness_p99_ns_{0};
  Histogram lateness_;
  uint64_t sent_cut_ = 0;
  uint64_t failed_ = 0;
  uint64_t starved_ = 0;
  uint64_t send_calls_ = 0;
  uint64_t retries_ = 0;
  uint64_t dropped_late_ = 0;
  uint64_t slips_ = 0;
  Nanos slipped_{0};
  RealtimeThread refused_;
  int failed_errno_ = 0;  // of the first refused frame
  int fatal_errno_ = 0;
};

}  // namespace gophercap::replay
