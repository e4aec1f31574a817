#include "replay/engine.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/mutex.h"
#include "replay/merger.h"
#include "replay/sender.h"

namespace gophercap::replay {
namespace {

// Departures between merge and send: 8 ms at 2 Mpps, which outlasts the stalls of a busy machine,
// in 512 KiB.
constexpr size_t kRingEntries = 16384;
constexpr size_t kPrefetchFiles = 8;
constexpr Nanos kWatchEvery = std::chrono::milliseconds(100);
// 1 to 4 MiB play without starving; less only where thousands of files share the memory.
constexpr uint64_t kSmallestSlab = 2048;
constexpr uint64_t kLargestSlab = uint64_t{4} << 20;

// A file in play holds two slabs, each up to one reader block above its size, and the reader's
// buffer: six slabs' worth at the most when the block is as small as the slab. Where packets have
// to be sorted, half of the memory is for those that wait.
StreamOptions stream_options(const Plan& plan, const EngineOptions& options,
                             const transmit::Transmitter& transmitter) {
  const auto count = [&](auto member) {
    return static_cast<uint64_t>(std::count_if(plan.files.begin(), plan.files.end(),
                                               [&](const PlannedFile& f) { return f.*member; }));
  };
  const uint64_t files = std::min<uint64_t>(
      // Those that begin outside the window are opened for the next loop too.
      std::max(plan.overlap_depth,
               count(&PlannedFile::begins_outside) * (options.loops == 1 ? 1 : 2)) +
          kPrefetchFiles,
      2 * plan.files.size() + kPrefetchFiles);
  const bool sort = count(&PlannedFile::sort) > 0;
  const uint64_t for_slabs = sort ? options.memory_bytes / 2 : options.memory_bytes;
  StreamOptions stream;
  stream.limits = TargetLimits::of(transmitter);
  stream.choice = options.choice;
  stream.key_rule = plan.key_rule;
  stream.slab_bytes =
      static_cast<size_t>(std::clamp(for_slabs / (6 * files), kSmallestSlab, kLargestSlab));
  stream.sort_bytes = static_cast<size_t>(options.memory_bytes / 2 / files);
  return stream;
}

std::string pacing_of(const EngineOptions& options, const Clock& clock) {
  if (options.send.topspeed) return "top speed";
  const std::string rate = format_ratio(options.pace.rate);
  switch (options.pace.kind) {
    case Pace::Kind::kPacketsPerSecond:
      return rate + " packets/s";
    case Pace::Kind::kMegabitsPerSecond:
      return rate + " Mbit/s";
    case Pace::Kind::kCaptureTime:
      break;
  }
  return clock.is_real() ? "capture time" : "simulated time";
}

}  // namespace

Report play(const Plan& plan, const EngineOptions& options, transmit::Transmitter& transmitter,
            Clock& clock, const std::function<void(const EngineProgress&)>& watch,
            const std::stop_token& stop) {
  const Nanos period = plan.period(options.loop_gap);
  const Timeline timeline(plan.first, period, options.stretch);
  std::stop_source halt;
  const std::stop_callback forward(stop, [&] { halt.request_stop(); });

  io::FdCache fds(io::FdCache::capacity_from_limits());
  DepartureRing ring(kRingEntries);
  std::atomic<uint64_t> released{0};
  Sender sender(transmitter, clock, timeline, options.send, ring, released);
  Report report;
  {
    ReaderPool readers(options.reader_threads);
    const MergeOptions merge = {.stream = stream_options(plan, options, transmitter),
                                .pace = options.pace,
                                .loops = options.loops,
                                .in_flight_bytes = std::max<uint64_t>(options.memory_bytes / 4, 1),
                                .prefetch_files = kPrefetchFiles};
    Merger merger(plan, timeline, merge, fds, readers, ring, released);
    Mutex mutex;
    CondVar done;
    bool sending = true;
    std::jthread merging([&] { merger.run(halt.get_token()); });
    std::jthread transmitting([&] {
      sender.run(halt.get_token());
      halt.request_stop();  // after a failure the merge has nobody to work for
      const MutexLock lock(mutex);
      sending = false;
      done.notify_all();
    });
    const SendTime watched_since = SendClock::now();
    const bool by_capture_time =
        options.pace.kind == Pace::Kind::kCaptureTime && !options.pace.longest_gap;
    const auto look = [&] {
      if (!watch) return;
      const uint64_t begun = sender.loops_begun();
      const uint64_t loop = begun > 0 ? begun - 1 : 0;
      const Nanos due(sender.newest_due_ns());
      watch({.packets_sent = sender.sent(),
             .bytes_sent = sender.sent_bytes(),
             // At a rate the schedule does not tell it; what was merged last is not far ahead.
             .position = by_capture_time ? timeline.stamp(due - timeline.due(plan.first, loop))
                                         : merger.newest_key(),
             .elapsed = SendClock::now() - watched_since,
             .lateness_p99 = Nanos(sender.lateness_p99_ns()),
             .loop = loop});
    };
    for (;;) {
      {
        const MutexLock lock(mutex);
        if (sending) done.wait_for(mutex, kWatchEvery);
        if (!sending) break;
      }
      look();
    }
    transmitting.join();
    merging.join();
    look();
    readers.stop();
    merger.settle(report);
  }
  sender.settle(report);

  report.target = transmitter.describe();
  report.pacing = pacing_of(options, clock);
  report.stretch = options.stretch;
  report.files = plan.files.size();
  report.files_outside_window = plan.files_outside_window;
  report.packets_planned = plan.packets;
  report.first = plan.first;
  report.last = plan.last;
  report.loops_planned = options.loops;
  const bool known = options.pace.kind == Pace::Kind::kCaptureTime && !options.send.topspeed;
  if (options.loops > 0 && known)
    report.planned_duration = timeline.due(plan.last, options.loops - 1) - report.time_removed;
  Accounts& a = report.accounts;
  a.unsent_at_stop = a.read - a.left_out() - a.sent - a.dropped_late - a.failed;
  const bool complete = a.unsent_at_stop == 0 && report.failure.empty() && !stop.stop_requested();
  report.interrupted = stop.stop_requested();
  report.loops_done = complete ? options.loops : std::max<uint64_t>(sender.loops_begun(), 1) - 1;
  return report;
}

}  // namespace gophercap::replay
