#include "jobs/verify/verify_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "base/saturating.h"
#include "base/shortage.h"
#include "base/worker_pool.h"
#include "confine/confine.h"
#include "io/parallel/decode_pool.h"
#include "jobs/map/map_set.h"
#include "jobs/replay/oversize.h"
#include "jobs/replay/planned_set.h"
#include "jobs/set/packet_selection.h"
#include "replay/engine.h"
#include "replay/send/clock.h"
#include "verify/expectations.h"
#include "verify/received_captures.h"

namespace gophercap::jobs {
namespace {

constexpr uint64_t kMostForEngine = uint64_t{128} << 20;
constexpr uint64_t kBytesPerPacket = 72;  // see verify::ArrivalMatcher

uint64_t packets_of(const PlannedSet& setup) {
  return saturating_product(setup.plan.packets, setup.engine.loops);
}

// Formats the number as --memory accepts it, and exactly: rounded, it might look like more than the
// required amount.
std::string size_text(uint64_t bytes) {
  constexpr std::array kUnits = {std::pair(30, 'G'), std::pair(20, 'M'), std::pair(10, 'K')};
  for (const auto& [bits, unit] : kUnits) {
    const uint64_t whole = bytes >> bits;
    if (whole > 0 && whole << bits == bytes) return fmt::format("{}{}", whole, unit);
  }
  return fmt::format("{}", bytes);
}

std::string mebibytes(uint64_t bytes) {
  return fmt::format("{}M", (bytes >> 20) + 1);  // rounded up
}

Error too_little_memory(const VerifyOptions& options, uint64_t packets) {
  const uint64_t wanted = std::min(saturating_product(packets, kBytesPerPacket), uint64_t{1} << 62);
  return {Errc::kInvalidArgument, 0,
          fmt::format("--memory: {} is too little for {} packets; --memory {} would do, or a part "
                      "of them by --time-from and --time-to",
                      size_text(options.memory.bytes), packets,
                      mebibytes(wanted + std::min(wanted / 3, kMostForEngine)))};
}

Error cancelled() {
  return {Errc::kCancelled, 0, "stopped before everything was compared"};
}

// Plays the set without a wire, with the engine of replay, so that both have the same plan.
Result<replay::Report> expect_all(const VerifyOptions& options, const PlannedSet& setup,
                                  std::optional<uint32_t> mtu, verify::ArrivalMatcher& matcher,
                                  Reporter& reporter, const std::stop_token& stop) {
  transmit::FrameLimits limits = verify::receiver_limits(mtu);
  // Only an interface takes frames with a tag that are longer than others.
  if (options.sent && options.sent->through_tunnel) limits.vlan_extra_bytes = 0;
  TRY(const auto fitter, make_fitter(options.oversize, setup, limits,
                                     worker_count(options.set.workers), reporter, stop));
  replay::EngineOptions engine = setup.engine;
  engine.changes.fitter = fitter.get();
  // At top speed, how far a time reaches is known from the replay alone.
  const bool top_speed = options.sent && options.sent->sent_by == replay::SentBy::kTopSpeed;
  if (top_speed && engine.limit.time) engine.limit = {.packets = options.sent->sent};
  verify::Expectations target(matcher, setup.plan.first, limits);
  replay::SimulatedClock clock;
  const uint64_t total = packets_of(setup);
  replay::Report report = replay::play(
      setup.plan, engine, target, clock,
      [&](const replay::EngineProgress& p) {
        reporter.progress(
            VerifyProgress{.packets_planned = p.packets_passed, .packets_total = total});
      },
      stop);
  if (stop.stop_requested()) return cancelled();
  if (target.full()) return too_little_memory(options, total);
  if (report.failure) return *report.failure;
  if (report.accounts.sent == 0)
    return Error{Errc::kNotFound, 0,
                 "no packet of the set would be sent; there is nothing to expect"};
  for (const dataset::FileSummary& file : setup.set.files) {
    if (file.empty() && file.damage) report.damaged.push_back({file.path, *file.damage});
  }
  for (const replay::DamagedFile& file : setup.plan.damaged) report.damaged.push_back(file);
  matcher.seal();
  return report;
}

Result<> take_arrivals(const VerifyOptions& options, verify::ReceivedCaptures& received,
                       verify::ArrivalMatcher& matcher, Reporter& reporter,
                       const std::stop_token& stop) {
  bool full = false;
  const auto take = [&](const verify::ReceivedFrame& frame) {
    if (received.packets() % 65536 == 65535)
      reporter.progress(VerifyProgress{.packets_expected = matcher.expected(),
                                       .packets_received = received.packets()});
    full = !matcher.arrive(frame);
    return !full;
  };
  TRY_VOID(received.read(take, stop));
  if (stop.stop_requested()) return cancelled();
  if (full) return too_little_memory(options, std::max(matcher.expected(), received.packets()));
  if (received.packets() == 0) return Error{Errc::kNotFound, 0, "no packet in what was captured"};
  if (received.packets_without_time() > 0) {
    reporter.warning(
        fmt::format("{} packets of the captures have no time of their own; figures of time suffer",
                    received.packets_without_time()));
  }
  return {};
}

Result<verify::VerifyResult> verify_all(const VerifyOptions& options, Reporter& reporter,
                                        const std::stop_token& stop) {
  options.memory.set();
  verify::VerifyResult result;
  const std::optional<verify::SentReport>& sent = options.sent;
  if (sent) {
    result.packets_sent = sent->sent;
    result.times_mean_nothing = sent->sent_by == replay::SentBy::kTopSpeed;
  }
  result.mtu = options.mtu;
  constexpr uint32_t kEthernetHeader = 14;
  if (!result.mtu && sent && sent->max_frame_bytes.value_or(0) > kEthernetHeader)
    result.mtu = *sent->max_frame_bytes - kEthernetHeader;

  // Confines before the threads that read captures start; the files to read are known once the set
  // is.
  confine::Needs needs = needs_of(options.select);
  needs.files->reads = options.captures;
  TRY(const PlannedSet setup,
      plan_set({.set = options.set,
                .select = options.select,
                .schedule = options.schedule,
                .memory = {.bytes = options.memory.bytes / 4, .asked = false, .parts = 4},
                .link = options.link,
                .rules = options.rules,
                .real_time = true,
                .beside = needs},
               reporter, stop));
  confine::confine_job({.calls = confine::Calls::kFiles});

  // Usually one capture is read at a time, because receivers write one file after the other.
  const uint64_t for_codecs = options.memory.bytes / 8;
  // Some libraries need this much for each of their threads.
  const uint64_t most_threads = 1 + for_codecs / io::DecodePool::kMemoryPerSource;
  io::DecodePool pool(io::DecodePool::spare(std::min<uint64_t>(cpu_count(), most_threads), 1), 1,
                      std::min<uint64_t>(for_codecs, io::DecodePool::kMemoryPerSource));
  const uint64_t memory = options.memory.bytes;
  io::MemoryBound& bound = io::MemoryBound::of_process();
  bound.set_aside(0);  // the captures are read one after the other
  TRY(verify::ReceivedCaptures received,
      verify::ReceivedCaptures::open(options.captures, pool, stop));
  result.compared_bytes = received.compared_bytes();
  const uint64_t for_plan = setup.engine.memory_bytes + setup.decoders_bytes;
  const uint64_t for_reading = std::max(for_plan, bound.largest());
  const uint64_t for_packets = memory - std::min(memory, for_reading);
  verify::ArrivalMatcher matcher(for_packets, packets_of(setup), result.compared_bytes);
  bound.set_aside(for_packets + setup.engine.memory_bytes);
  TRY(result.plan, expect_all(options, setup, result.mtu, matcher, reporter, stop));
  if (sent) TRY_VOID(verify::check_same_replay(*sent, result.plan));
  bound.set_aside(for_packets);
  TRY_VOID(take_arrivals(options, received, matcher, reporter, stop));
  result.packets_received = received.packets();
  result.damaged_captures = received.damaged();
  result.arrivals = matcher.judge(sent ? sent->started : std::nullopt);
  return result;
}

}  // namespace

Result<verify::VerifyResult> run_verify(const VerifyOptions& options, Reporter& reporter,
                                        const std::stop_token& stop) {
  return or_out_of_memory("verify", [&] { return verify_all(options, reporter, stop); });
}

}  // namespace gophercap::jobs
