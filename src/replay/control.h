// Changes of a replay while it runs: pause, resume, single steps, another speed, the end.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "replay/engine_progress.h"
#include "replay/send/anchor.h"
#include "replay/send/departure.h"

namespace gophercap::replay {

// A change that took effect, for the report.
struct ControlChange {
  int64_t wall_ns = 0;                    // when, by CLOCK_REALTIME, since 1970
  std::string command;                    // "pause", "speed", …
  std::string value;                      // "2"; empty: the command has none
  std::optional<CaptureTime> position{};  // capture time of the packet sent last; empty: none was
};

struct ControlChanges {
  std::vector<ControlChange> listed{};  // the first ones
  uint64_t others = 0;                  // that are not listed
};

// Commands may come before, during and after the replay, from any thread; they fail with a sentence
// if they make no sense at the moment. Sending threads see a change within 50 ms, and compute what
// follows from a new Anchor.
class Control {
 public:
  // `now` can be replaced in tests.
  using Now = std::function<SendTime()>;
  explicit Control(Now now = &SendClock::now) : now_(std::move(now)) {}
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  // Commands. pause() and resume() do nothing if that is the state already. What follows a pause is
  // due later by exactly its length.
  Result<> pause();
  Result<> resume();
  Result<> toggle_pause();
  // Sends the next `packets` packets of the schedule at once. Fails if the replay is not paused. It
  // continues from the time of the last of them.
  Result<> step(uint64_t packets);
  // `speed` is relative to capture time, or to the rate that was asked for.
  Result<> set_speed(Ratio speed);
  Result<> multiply_speed(Ratio by);
  // Continues in the current loop with the first packet at or after `target` in capture time. What
  // is in flight is thrown away. A target before the set means its beginning; one after it is
  // refused.
  Result<> seek(CaptureTime target);
  Result<> seek_by(Nanos by);  // from the position
  // Ends the replay as a signal does.
  Result<> stop();
  std::stop_token stop_token() const noexcept { return stop_.get_token(); }

  struct Status {
    std::optional<EngineProgress> progress{};  // empty: not begun, or over
    bool over = false;
    bool paused = false;
    bool stopping = false;
    std::optional<Ratio> speed{};  // empty: there is none, or it is not known yet
    uint64_t steps_left = 0;
  };
  Status status();

  // For the engine. `look` is called by commands until end(), from any thread.
  struct Terms {
    bool real_time = true;
    bool topspeed = false;
    Ratio time_factor{};  // send time per capture time; 1 at a rate
    size_t lanes = 1;
    CaptureTime first{};  // the smallest and the largest key
    CaptureTime last{};
    std::string no_seek{};  // why it is impossible; empty: it is not
  };
  void begin(const Terms& terms, std::function<EngineProgress()> look);
  ControlChanges end();
  bool paused();
  // The present speed if it is not that of the beginning.
  std::optional<Ratio> changed_speed();
  // How far the planned schedule should be, and the factor for what follows.
  Nanos reached();
  Ratio factor();

  // For sending threads, see LaneSchedule. A thread must call view() when count() has changed.
  struct View {
    uint64_t count = 0;
    bool paused = false;
    uint64_t seeks = 0;  // number of the last one
    Anchor anchor{};
  };
  const std::atomic<uint64_t>& count() const noexcept { return count_; }
  View view();
  // The planned schedule begins at `start`. Only the first call has an effect.
  void start_at(SendTime start);
  // Moves the rest of the schedule (LatePolicy::kSlip).
  void slip(Nanos by);
  // While the replay is paused: returns true if a step is due to this lane, whose next packet has
  // that due time. `round` was read when that packet was in front. A lane without a packet calls
  // note_empty() instead, with the round of a moment before its ring was found empty.
  bool take_step(size_t lane, Nanos due, uint64_t round);
  void note_empty(size_t lane, uint64_t round);
  bool steps_wanted() const noexcept { return steps_wanted_.load(std::memory_order_relaxed); }
  // The thread of this lane ends.
  void leave(size_t lane);

  // For the merging thread. A token that is stopped while a seek is waiting for it; the number and
  // the target of that seek.
  std::stop_token seek_token();
  struct Seek {
    uint64_t number = 0;
    CaptureTime target{};
  };
  std::optional<Seek> take_seek();
  // The first thread that calls it lets the schedule go on at `planned` after that seek.
  void resume_after(uint64_t seek, Nanos planned);

  // The merging thread makes it odd while it publishes packets, so that lanes can tell whether they
  // have seen everything that others have.
  std::atomic<uint64_t>& rounds() noexcept { return rounds_; }

 private:
  struct Front {
    enum class State : uint8_t { kUnknown, kEmpty, kPacket, kGone };
    State state = State::kUnknown;
    Nanos due{0};
    uint64_t round = 0;
  };

  // Runs `change` with the lock; if it returns true, the change is listed and announced.
  template <class Change>
  Result<> apply(std::string_view command, std::string value, const Change& change);
  Result<> check_running() const REQUIRES_LOCK(mutex_);
  Result<> use_speed(Ratio speed) REQUIRES_LOCK(mutex_);
  Result<> check_seek() const REQUIRES_LOCK(mutex_);
  Result<> use_target(CaptureTime target) REQUIRES_LOCK(mutex_);
  // From when on nothing is sent. REQUIRES: paused_.
  SendTime held_since() const REQUIRES_LOCK(mutex_) { return std::max(paused_at_, started_at_); }
  void forget_fronts() REQUIRES_LOCK(mutex_);

  const Now now_;
  std::stop_source stop_;
  std::atomic<uint64_t> count_{0};
  std::atomic<uint64_t> rounds_{0};
  std::atomic<bool> steps_wanted_{false};  // steps_left_ > 0

  // Taken before mutex_, and held while look_ is called.
  Mutex look_mutex_;
  std::function<EngineProgress()> look_ GUARDED_BY(look_mutex_);

  Mutex mutex_;
  Terms terms_ GUARDED_BY(mutex_);
  bool begun_ GUARDED_BY(mutex_) = false;
  bool over_ GUARDED_BY(mutex_) = false;
  bool started_ GUARDED_BY(mutex_) = false;  // the time of the start is known
  SendTime started_at_ GUARDED_BY(mutex_) = SendTime::min();
  Anchor anchor_ GUARDED_BY(mutex_);
  bool paused_ GUARDED_BY(mutex_) = false;
  SendTime paused_at_ GUARDED_BY(mutex_){};
  Ratio speed_ GUARDED_BY(mutex_){};
  uint64_t steps_left_ GUARDED_BY(mutex_) = 0;
  uint64_t seeks_ GUARDED_BY(mutex_) = 0;
  uint64_t resumed_ GUARDED_BY(mutex_) = 0;  // the last seek after which the schedule goes on
  uint64_t taken_ GUARDED_BY(mutex_) = 0;    // the last seek that the merging thread knows
  CaptureTime target_ GUARDED_BY(mutex_){};  // of the last seek
  std::stop_source seek_waits_ GUARDED_BY(mutex_);
  std::array<Front, kMostLanes> fronts_ GUARDED_BY(mutex_){};
  ControlChanges changes_ GUARDED_BY(mutex_);
};

}  // namespace gophercap::replay
