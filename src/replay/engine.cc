#include "replay/engine.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/mutex.h"
#include "base/thread_group.h"
#include "replay/control.h"
#include "replay/meter.h"
#include "replay/plan/plan_digest.h"
#include "replay/read/merger.h"
#include "replay/read/preload.h"
#include "replay/send/dispatcher.h"
#include "replay/send/realtime.h"
#include "replay/send/senders.h"

namespace gophercap::replay {
namespace {

constexpr Nanos kWatchEvery = std::chrono::milliseconds(100);
// With slabs of 1 to 4 MiB no sender starves. They are smaller only if thousands of files share the
// memory.
constexpr uint64_t kSmallestSlab = 2048;
constexpr uint64_t kLargestSlab = uint64_t{4} << 20;
constexpr uint64_t kLargestSlabInTurns = uint64_t{32} << 20;

transmit::FrameLimits limits_of(std::span<transmit::Transmitter* const> transmitters,
                                const EngineOptions& options) {
  const transmit::FrameLimits limits = transmit::common_limits(transmitters);
  return options.mtu ? within_mtu(limits, *options.mtu) : limits;
}

// An active file holds two slabs, each of which may exceed its size by one reader block, and the
// buffer of its reader: at most six times the slab size, if a block is as large as a slab. If
// packets have to be sorted, half of the memory is for those that wait.
StreamOptions stream_options(const Plan& plan, const EngineOptions& options,
                             const transmit::FrameLimits& limits, unsigned lanes,
                             io::DecodePool* pool) {
  const auto count = [&](auto member) {
    return static_cast<uint64_t>(std::count_if(plan.files.begin(), plan.files.end(),
                                               [&](const PlannedFile& f) { return f.*member; }));
  };
  const uint64_t files = std::min<uint64_t>(
      // Files that begin outside the window are opened for the next loop too.
      std::max(plan.overlap_depth,
               count(&PlannedFile::begins_outside) * (options.loops == 1 ? 1 : 2)) +
          kPrefetchFiles,
      2 * plan.files.size() + kPrefetchFiles);
  const bool sort = count(&PlannedFile::sort) > 0;
  const uint64_t for_slabs = sort ? options.memory_bytes / 2 : options.memory_bytes;
  StreamOptions stream;
  stream.limits = limits;
  stream.lanes = lanes;
  stream.wires = options.wires;
  stream.store = plan.store;
  stream.pool = pool;
  stream.choice = options.choice;
  stream.changes = options.changes;
  stream.key_rule = plan.key_rule;
  stream.clock_steps = plan.clock_steps;
  stream.slab_bytes =
      static_cast<size_t>(slab_bytes_for(for_slabs, files, options.decoders_in_turns));
  stream.sort_bytes = static_cast<size_t>(options.memory_bytes / 2 / files);
  return stream;
}

SentBy sent_by(const EngineOptions& options, const Clock& clock) noexcept {
  if (options.send.topspeed) return SentBy::kTopSpeed;
  if (options.rule.at_rate()) return SentBy::kRate;
  return clock.is_real() ? SentBy::kCaptureTime : SentBy::kSimulatedTime;
}

// Runs `feed`, which fills the lanes, on a thread of its own until all senders have ended.
Result<> run_beside(Senders& senders, std::stop_source& halt,
                    const std::function<void(const std::stop_token&)>& feed,
                    const std::function<void()>& look) {
  ThreadGroup threads([&] { halt.request_stop(); });
  if (const Result<> started = threads.start([&] { feed(halt.get_token()); }); !started)
    return started.error().with_context("merging");
  TRY_VOID(senders.start(threads, halt));
  while (!threads.failed() && senders.wait(kWatchEvery)) look();
  threads.join();
  look();
  return threads.result();
}

void fail(Report& report, const Result<>& result) {
  if (!result && !report.failure) report.failure = result.error();
}

// Why a replay cannot seek; empty: it can.
std::string why_no_seek(const EngineOptions& options) {
  if (options.preload) return "the set was read into memory (--preload)";
  if (options.limit.given()) return "the replay has a --limit";
  return {};
}

// Merges the files while they are sent, anew after each seek.
class FilePlayer {
 public:
  FilePlayer(const Plan& plan, const MergeOptions& merge, const EngineOptions& options,
             const Timeline& timeline, io::FdCache& fds, Dispatcher& dispatcher, Senders& senders)
      : plan_(plan),
        merge_(merge),
        options_(options),
        timeline_(timeline),
        fds_(fds),
        dispatcher_(dispatcher),
        senders_(senders) {}

  void play(std::stop_source& halt, const std::function<void()>& look, Report& report) {
    Result<> played = begin();
    if (played)
      played = run_beside(
          senders_, halt, [&](const std::stop_token& s) { feed(s, report); }, look);
    end(report);
    fail(report, played);
  }

 private:
  Result<> begin() {
    merger_.reset();  // it uses the readers until its end
    readers_ = std::make_unique<ReaderPool>();
    merger_ = std::make_unique<Merger>(plan_, merge_, fds_, *readers_, dispatcher_);
    return readers_->start(options_.reader_threads);
  }

  void end(Report& report) {
    if (merger_ == nullptr) return;  // begin() failed
    readers_->stop();
    fail(report, readers_->result());
    merger_->settle(report);
  }

  // Runs on the merging thread.
  void feed(const std::stop_token& stop, Report& report) {
    Control* const control = options_.send.control;
    if (control == nullptr) {
      merger_->run(stop);
    } else {
      for (bool again = true; again;) {
        run_until_seek(*control, stop);
        const std::optional<Control::Seek> seek = control->take_seek();
        again = seek && !stop.stop_requested() && start_anew(*seek, stop, report);
      }
    }
    dispatcher_.close();
  }

  // Returns when everything has been sent, or a seek or a stop is requested.
  void run_until_seek(Control& control, const std::stop_token& stop) {
    std::stop_source either;
    const std::stop_callback by_stop(stop, [&] { either.request_stop(); });
    const std::stop_callback by_seek(control.seek_token(), [&] { either.request_stop(); });
    merger_->run(either.get_token());
    dispatcher_.set_complete(true);
    while (!either.stop_requested() && !dispatcher_.all_taken()) std::this_thread::sleep_for(kNap);
    dispatcher_.set_complete(false);
  }

  // Throws away what is in flight and begins again at the target. Returns false after a stop.
  bool start_anew(const Control::Seek& seek, const std::stop_token& stop, Report& report) {
    while (dispatcher_.room() == 0 && !stop.stop_requested()) std::this_thread::sleep_for(kNap);
    if (stop.stop_requested()) return false;
    dispatcher_.flush(seek.number);
    while (!dispatcher_.flushed(seek.number)) {
      if (stop.stop_requested()) return false;
      std::this_thread::sleep_for(kNap);
    }
    const uint64_t loop = std::max<uint64_t>(senders_.loops_begun(), 1) - 1;
    merge_.gate = nullptr;
    merge_.first_loop = loop;
    merge_.from_key_ns = ns_of(seek.target);
    merge_.pushed = merger_->pushed();
    merge_.passed = passed_before(seek.target, loop);
    end(report);
    // The senders wait, so everything read is sent, left out or passed over.
    Accounts& a = report.accounts;
    a.passed_over = a.read - a.left_out() - senders_.settled();
    dispatcher_.resume(seek.number, dispatcher_.scheduler().as_captured()
                                        ? std::make_optional(timeline_.due(seek.target, loop))
                                        : std::nullopt);
    if (const Result<> begun = begin(); !begun) {
      fail(report, begun);
      return false;
    }
    return true;
  }

  // For progress: packets of the plan in earlier loops and in files that are not read again.
  double passed_before(CaptureTime target, uint64_t loop) const {
    uint64_t packets = saturating_product(plan_.packets, loop);
    for (const PlannedFile& file : plan_.files)
      packets += file.last_key < target ? file.packets : 0;
    return static_cast<double>(packets);
  }

  static constexpr Nanos kNap = std::chrono::milliseconds(1);

  const Plan& plan_;
  MergeOptions merge_;
  const EngineOptions& options_;
  const Timeline& timeline_;
  io::FdCache& fds_;
  Dispatcher& dispatcher_;
  Senders& senders_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<Merger> merger_;  // stops the readers when it is destroyed
};

// Merges the set into memory.
Result<> load(const Plan& plan, const EngineOptions& options, const MergeOptions& merge,
              io::FdCache& fds, StoredSet& stored, Report& report, const std::stop_token& stop) {
  std::stop_source halt;
  const std::stop_callback forward(stop, [&] { halt.request_stop(); });
  const Timeline as_captured(plan.first, Nanos(0), {});
  Lane lane;
  Lane* const only = &lane;
  Dispatcher dispatcher(as_captured, {}, {&only, 1});
  MergeOptions once = merge;  // with small slabs, since the frames are kept in `stored`
  once.stream.slab_bytes = std::max<size_t>(once.stream.slab_bytes / 8, kSmallestSlab);
  once.loops = 1;
  ReaderPool readers;
  Merger merger(plan, once, fds, readers, dispatcher);
  ThreadGroup merging([&] { halt.request_stop(); });
  TRY_VOID(readers.start(options.reader_threads));
  const auto merge_once = [&] {
    merger.run(halt.get_token());
    dispatcher.close();
  };
  if (const Result<> started = merging.start(merge_once); !started)
    return started.error().with_context("merging");
  bool fits = true;
  while (fits && !halt.stop_requested() && !lane.ring.exhausted()) {
    const std::span<const Departure> waiting = lane.ring.front();
    if (waiting.empty()) std::this_thread::sleep_for(std::chrono::microseconds(20));
    for (const Departure& d : waiting) {
      if (d.kind == Departure::Kind::kSlabEnd) lane.released.fetch_add(1);
      if (d.kind != Departure::Kind::kFrame) continue;
      fits =
          fits && stored.append(ns_of(as_captured.stamp(Nanos(d.due_ns))), d, options.memory_bytes);
    }
    lane.ring.pop(waiting.size());
  }
  merging.end();
  readers.stop();
  merger.settle(report);
  TRY_VOID(merging.result());
  TRY_VOID(readers.result());
  if (fits) return {};
  return Error{
      Errc::kNoMemory, ENOMEM,
      fmt::format("the set does not fit into the memory given: {} of {} packets fill {} bytes",
                  stored.frames(), plan.packets, options.memory_bytes),
      Cause::kTooLargeToLoad};
}

// Lets a control ask how far the replay is, as long as this object exists.
class Controlled {
 public:
  Controlled(Control* control, const Control::Terms& terms, std::function<EngineProgress()> look)
      : control_(control) {
    if (control_ != nullptr) control_->begin(terms, std::move(look));
  }
  ~Controlled() {
    if (control_ != nullptr) (void)control_->end();
  }
  Controlled(const Controlled&) = delete;
  Controlled& operator=(const Controlled&) = delete;
  void end(Report& report) {
    if (Control* const control = std::exchange(control_, nullptr); control != nullptr)
      report.control = control->end();
  }

 private:
  Control* control_;
};

// Enters in the report what is known before the first packet.
void describe_run(const Plan& plan, const EngineOptions& options,
                  std::span<transmit::Transmitter* const> transmitters, const Clock& clock,
                  Report& report) {
  report.target = transmit::describe(transmitters);
  if (const uint32_t longest = limits_of(transmitters, options).max_bytes; longest != UINT32_MAX)
    report.max_frame_bytes = longest;
  report.sent_by = sent_by(options, clock);
  report.rule = options.rule;
  report.time_factor = options.time_factor;
  report.plan_digest = plan_digest(plan);
  report.files = plan.files.size();
  report.files_outside_window = plan.files_outside_window;
  report.packets_planned = plan.packets;
  report.first = plan.first;
  report.last = plan.last;
  report.loops_planned = options.loops;
  report.limit = options.limit;
}

// From the beginning of the schedule to the due time of its last packet; 0 if it has none. At a
// rate, or with shortened pauses, it depends on which packets were sent, so it is known at the end.
Nanos planned_duration(const Plan& plan, const EngineOptions& options, const Timeline& timeline,
                       const Scheduler& scheduler, bool complete) {
  if (options.loops == 0 || options.send.topspeed) return Nanos{0};
  if (complete && (options.rule.at_rate() || options.rule.longest_gap)) return scheduler.last_due();
  if (options.rule.at_rate()) return Nanos{0};
  const Nanos due = timeline.due(plan.last, options.loops - 1);
  return due == Nanos::max() ? due : due - scheduler.time_removed();  // a saturated time stays so
}

// Enters how the run ended. REQUIRES: the accounts have what was read and sent.
void describe_end(const Plan& plan, const EngineOptions& options, const Timeline& timeline,
                  const Dispatcher& dispatcher, uint64_t loops_begun, bool stopped,
                  Report& report) {
  const Scheduler& scheduler = dispatcher.scheduler();
  const Budget& budget = dispatcher.budget();
  report.gaps_shortened = scheduler.gaps_shortened();
  report.time_removed = scheduler.time_removed();
  report.limit_reached = budget.reached();
  report.interrupted = stopped;
  Accounts& a = report.accounts;
  if (budget.reached()) a.after_limit = a.read - a.left_out() - budget.packets();
  a.unsent_at_stop = a.read - std::min(a.read, a.sent + a.settled_unsent());
  const bool complete = a.unsent_at_stop == 0 && !report.failure && !stopped;
  report.planned_duration = planned_duration(plan, options, timeline, scheduler, complete);
  if (budget.reached() && !options.send.topspeed) report.planned_duration = budget.last_due();
  report.loops_done =
      complete && !budget.reached() ? options.loops : std::max<uint64_t>(loops_begun, 1) - 1;
}

}  // namespace

uint64_t slab_bytes_for(uint64_t bytes, uint64_t files, bool decoders_in_turns) noexcept {
  return std::clamp(bytes / (6 * std::max<uint64_t>(files, 1)), kSmallestSlab,
                    decoders_in_turns ? kLargestSlabInTurns : kLargestSlab);
}

Report play(const Plan& plan, const EngineOptions& options,
            std::span<transmit::Transmitter* const> transmitters, std::span<Clock* const> clocks,
            const std::function<void(const EngineProgress&)>& watch, const std::stop_token& stop) {
  const Timeline timeline(plan.first, plan.period(options.loop_gap), options.time_factor);
  std::stop_source halt;
  const std::stop_callback forward(stop, [&] { halt.request_stop(); });
  const auto lanes = static_cast<unsigned>(transmitters.size());

  Report report;
  io::FdCache fds(io::FdCache::capacity_from_limits());
  // If fewer files are needed at once than there are readers, the other readers help to decompress.
  io::DecodePool pool(
      io::DecodePool::spare(options.reader_threads, plan.overlap_depth), plan.overlap_depth,
      std::min<uint64_t>(options.memory_bytes / 2 / std::max<uint64_t>(plan.overlap_depth, 1),
                         io::DecodePool::kMemoryPerSource));
  MergeOptions merge = {
      .stream = stream_options(plan, options, limits_of(transmitters, options), lanes, &pool),
      .loops = options.loops,
      .in_flight_bytes = std::max<uint64_t>(options.memory_bytes / 4, 1),
      .prefetch_files = kPrefetchFiles};
  StoredSet stored;
  if (options.preload) fail(report, load(plan, options, merge, fds, stored, report, stop));

  Senders senders(transmitters, clocks, timeline, options.send);
  // If packets are due by their capture times, the start waits for those of the first second.
  const bool by_schedule = !options.send.topspeed && !options.rule.at_rate();
  merge.gate = &senders.gate();
  if (by_schedule) merge.first_second_ends_ns = ns_of(timeline.key_at(std::chrono::seconds(1), 0));
  // Threads that are started from here on avoid the CPUs of real-time senders.
  const std::optional<SenderCpus> apart =
      options.send.realtime ? std::make_optional<SenderCpus>(lanes) : std::nullopt;
  Dispatcher dispatcher(timeline, options.rule, senders.lanes(),
                        Budget(options.limit, options.send.topspeed,
                               clocks.front()->is_real() ? &senders.gate() : nullptr));
  Control* const control = options.send.control;
  if (control != nullptr) dispatcher.count_rounds(control->rounds());
  Meter meter(senders, timeline, options, clocks.front()->is_real(), plan.first);
  if (watch || control != nullptr) merge.trail = &meter.trail();
  if (watch || control != nullptr) merge.stream.live = &meter.live();
  if (options.preload) meter.live().add(report.accounts);
  if (options.preload) meter.set_stored(stored.frames(), plan.packets);
  Controlled controlled(control,
                        {.real_time = clocks.front()->is_real(),
                         .topspeed = options.send.topspeed,
                         .time_factor = options.rule.at_rate() ? Ratio{} : options.time_factor,
                         .lanes = lanes,
                         .first = plan.first,
                         .last = plan.last,
                         .no_seek = why_no_seek(options)},
                        [&] { return meter.now(stop.stop_requested()); });
  const auto look = [&] {
    if (watch) watch(meter.now(stop.stop_requested()));
  };
  if (report.failure) {
    // An incompletely loaded set is not sent at all.
  } else if (options.preload) {
    senders.gate().set_fed();
    uint64_t loops = 0;
    fail(report, run_beside(
                     senders, halt,
                     [&](const std::stop_token& s) {
                       loops = stored.play(options.loops, dispatcher, meter.trail(), s);
                     },
                     look));
    report.accounts = report.accounts.times(std::max<uint64_t>(loops, 1));
  } else {
    FilePlayer(plan, merge, options, timeline, fds, dispatcher, senders).play(halt, look, report);
  }
  controlled.end(report);
  senders.settle(report);

  describe_run(plan, options, transmitters, *clocks.front(), report);
  for (const Clock* clock : clocks) report.stalls.add(clock->stalls());
  describe_end(plan, options, timeline, dispatcher, senders.loops_begun(), stop.stop_requested(),
               report);
  return report;
}

Report play(const Plan& plan, const EngineOptions& options, transmit::Transmitter& transmitter,
            Clock& clock, const std::function<void(const EngineProgress&)>& watch,
            const std::stop_token& stop) {
  transmit::Transmitter* const only = &transmitter;
  Clock* const its_clock = &clock;
  return play(plan, options, {&only, 1}, {&its_clock, 1}, watch, stop);
}

}  // namespace gophercap::replay
