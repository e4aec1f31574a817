// All sending threads of a replay.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread_group.h"
#include "replay/plan/timeline.h"
#include "replay/report.h"
#include "replay/send/clock.h"
#include "replay/send/departure.h"
#include "replay/send/realtime.h"
#include "replay/send/sender.h"
#include "replay/send/start_gate.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// Each thread with its lane, its transmitter and its clock. Any thread may ask for figures;
// settle() only after all have ended.
class Senders {
 public:
  Senders(std::span<transmit::Transmitter* const> transmitters, std::span<Clock* const> clocks,
          const Timeline& timeline, const SendOptions& options) {
    for (size_t i = 0; i < transmitters.size(); ++i)
      lane_pointers_.push_back(lanes_.emplace_back(std::make_unique<Lane>()).get());
    const std::optional<SenderCpus> cpus =
        options.realtime ? std::make_optional<SenderCpus>(transmitters.size()) : std::nullopt;
    for (size_t i = 0; i < transmitters.size(); ++i) {
      senders_.push_back(std::make_unique<Sender>(*transmitters[i], *clocks[i], timeline, options,
                                                  lane_pointers_, i, gate_,
                                                  cpus ? cpus->of(i) : -1));
    }
  }

  std::span<Lane* const> lanes() const noexcept { return lane_pointers_; }
  StartGate& gate() noexcept { return gate_; }

  // Starts all threads. When one fails or all have finished, `halt` is requested to stop, so that
  // whatever feeds them ends too.
  Result<> start(ThreadGroup& threads, std::stop_source& halt) {
    {
      const MutexLock lock(mutex_);
      running_ = senders_.size();
    }
    for (const auto& sender : senders_) {
      Result<> started = threads.start([this, &sender, &halt] {
        sender->run(halt.get_token());
        const MutexLock lock(mutex_);
        broke_down_ |= sender->broke_down();
        // Without this sender, the others cannot keep the schedule of the set.
        if (sender->broke_down() || running_ == 1) halt.request_stop();
        --running_;
        done_.notify_all();
      });
      if (!started) return started.error().with_context("sending");
    }
    return {};
  }
  // Returns false if all have finished.
  bool wait(Nanos limit) {
    const MutexLock lock(mutex_);
    if (running_ > 0) done_.wait_for(mutex_, limit);
    return running_ > 0;
  }

  uint64_t loops_begun() const noexcept {
    uint64_t least = UINT64_MAX;
    for (const auto& sender : senders_) least = std::min(least, sender->loops_begun());
    return least;
  }
  EngineProgress progress() const noexcept {
    EngineProgress p;
    for (const auto& sender : senders_) {
      p.packets_sent += sender->sent();
      p.bytes_sent += sender->sent_bytes();
      p.starved += sender->starved();
      p.accounts.frames_sent += sender->frames_sent();
      sender->raise(p.lateness);
      sender->add_unsent(p.accounts);
    }
    p.accounts.sent = p.packets_sent;
    p.accounts.sent_bytes = p.bytes_sent;
    p.loop = std::max<uint64_t>(loops_begun(), 1) - 1;
    return p;
  }
  // True if all have ended, and none of them early.
  bool are_through() noexcept {
    const MutexLock lock(mutex_);
    return running_ == 0 && !broke_down_;
  }
  uint64_t handled() const noexcept {
    uint64_t frames = 0;
    for (const auto& sender : senders_) frames += sender->handled();
    return frames;
  }
  // How far the schedule has been kept if it should be at `reached`: up to there if a sender waits
  // for a packet that is not due yet, otherwise up to what has been sent.
  Nanos kept(Nanos reached) const noexcept {
    Nanos awaited{0};
    for (const auto& sender : senders_)
      awaited = std::max(awaited, Nanos(sender->awaited_due_ns()));
    return std::max({Nanos{0}, newest_due(), std::min(reached, awaited)});
  }
  Nanos newest_due() const noexcept {
    Nanos newest{0};
    for (const auto& sender : senders_) newest = std::max(newest, Nanos(sender->newest_due_ns()));
    return newest;
  }
  // Packets that were sent or left out. Call while all wait for departures.
  uint64_t settled() const noexcept {
    uint64_t packets = 0;
    for (const auto& sender : senders_) packets += sender->settled();
    return packets;
  }
  void settle(Report& report) const {
    SendTime first = SendTime::max();
    SendTime last = SendTime::min();
    for (const auto& sender : senders_) {
      sender->settle(report);
      if (sender->send_calls() == 0) continue;
      first = std::min(first, sender->first_send());
      last = std::max(last, sender->last_return());
    }
    if (last > first) report.send_duration = last - first;
  }

 private:
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<Lane*> lane_pointers_;
  StartGate gate_;
  std::vector<std::unique_ptr<Sender>> senders_;
  Mutex mutex_;
  CondVar done_;
  size_t running_ GUARDED_BY(mutex_) = 0;
  bool broke_down_ GUARDED_BY(mutex_) = false;
};

}  // namespace gophercap::replay
