#include "jobs/replay/oversize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/shortage.h"
#include "base/worker_pool.h"
#include "capture/capture_reader.h"
#include "capture/packet_loop.h"
#include "io/parallel/decode_pool.h"
#include "jobs/replay/losses.h"
#include "packet/link_type.h"
#include "packet/vlan.h"
#include "replay/plan/frame_filter.h"
#include "rewrite/fit/fragment.h"
#include "rewrite/fit/refusal.h"
#include "rewrite/fit/segment.h"
#include "rewrite/fit/segment_table.h"
#include "rewrite/headers.h"

namespace gophercap::jobs {
namespace {

using packet::Fit;
using rewrite::SegmentTable;

// The same for every run, so that those agree: 8 MiB for each thread, at most.
constexpr size_t kMostConnections = size_t{1} << 18;

Fit fit_of(rewrite::Refusal refusal, Fit done) noexcept {
  switch (refusal) {
    case rewrite::Refusal::kNone:
      return done;
    case rewrite::Refusal::kCut:
      return Fit::kCut;
    case rewrite::Refusal::kDontFragment:
      return Fit::kDontFragment;
    default:
      return Fit::kNone;
  }
}

// Sizes of the connection that a frame belonged to before its addresses were rewritten.
class SizesOf final : public rewrite::SegmentSizes {
 public:
  // REQUIRES: both outlive it.
  SizesOf(const SegmentTable& table, const packet::Frame& before)
      : table_(table), before_(before) {}

  rewrite::SegmentSize of(const rewrite::Connection& /*rewritten*/) const noexcept override {
    using Kind = rewrite::Header::Kind;
    const rewrite::Headers headers = rewrite::headers_of(before_, rewrite::Depth::kInnermost);
    const rewrite::Header* const last = headers.innermost();
    if (last == nullptr || (last->kind != Kind::kTcp && last->kind != Kind::kUdp)) return {};
    return table_.of(rewrite::connection_of(before_.data, headers));
  }

 private:
  const SegmentTable& table_;
  const packet::Frame& before_;
};

class Fitter final : public packet::FrameFitter {
 public:
  Fitter(const OversizeOptions& options, SegmentTable sizes)
      : options_(options), sizes_(std::move(sizes)) {}

  Fit fit(const packet::Frame& frame, const packet::Frame& before, uint32_t most_bytes,
          packet::FrameList& out) const override {
    switch (options_.policy) {
      case Oversize::kSegment:
        return fit_of(rewrite::segment(frame, most_bytes, SizesOf(sizes_, before), out),
                      Fit::kSegments);
      case Oversize::kFragment:
        return fit_of(rewrite::fragment(frame, most_bytes, flag(), out), Fit::kFragments);
      case Oversize::kTruncate:
        rewrite::truncate(frame, most_bytes, options_.fix_lengths, out);
        return Fit::kTruncated;
      case Oversize::kSkip:
        return Fit::kLeftOut;
      case Oversize::kFail:
        break;
    }
    return Fit::kNone;
  }

 private:
  rewrite::DontFragment flag() const noexcept {
    return options_.ignore_dont_fragment ? rewrite::DontFragment::kIgnore
                                         : rewrite::DontFragment::kRespect;
  }

  const OversizeOptions options_;
  const SegmentTable sizes_;
};

bool has_long_packets(const PlannedSet& setup, const transmit::FrameLimits& limits) {
  transmit::FrameLimits before_growth = limits;
  before_growth.max_bytes -= std::min(limits.max_bytes, setup.engine.changes.growth_bytes());
  return std::ranges::any_of(setup.set.files, [&](const dataset::FileSummary& file) {
    return may_be_too_long(file, before_growth) ||
           (setup.engine.choice.pad_cut && file.packets_cut > 0);
  });
}

Result<> learn_from(const PlannedSet& setup, const replay::PlannedFile& file,
                    const transmit::FrameLimits& limits, io::DecodePool& pool,
                    const std::stop_token& stop, SegmentTable& table) {
  Result<io::Input> input = setup.plan.store->open(
      file.path, {.pool = &pool, .stop = stop, .most_bytes = file.mapped.most_bytes()});
  if (!input)
    return is_shortage(input.error()) ? input.error().with_context(file.path) : Result<>();
  const auto reader = capture::open_capture(std::move(input->source), {});
  if (!reader)
    return is_shortage(reader.error()) ? reader.error().with_context(file.path) : Result<>();
  auto batch = std::make_unique<capture::PacketBatch>();
  capture::for_each_packet(
      **reader, *batch, stop, [&](const packet::PacketView& packet, uint32_t link_type) {
        const packet::Frame frame = packet::frame_of(packet, link_type);
        const bool tagged = link_type == packet::kLinkTypeEthernet &&
                            packet::may_exceed_mtu(frame.data, frame.bytes);
        table.learn(frame, limits.max_bytes + (tagged ? limits.vlan_extra_bytes : 0));
        return true;
      });
  return capture::check_memory((*reader)->damage(), file.path);
}

// All packets of all files that are played: the beginning of a connection may be outside the
// window, and in another file.
Result<SegmentTable> learn(const PlannedSet& setup, const transmit::FrameLimits& limits,
                           unsigned workers, Reporter& reporter, const std::stop_token& stop) {
  const auto& files = setup.plan.files;
  SegmentTable sum(kMostConnections);
  Mutex merging;
  std::vector<Result<>> results(files.size());
  io::DecodePool pool(io::DecodePool::spare(workers, files.size()), files.size());
  parallel_for(files.size(), workers, [&](size_t i) {
    SegmentTable part(kMostConnections);
    results[i] = learn_from(setup, files[i], limits, pool, stop, part);
    const MutexLock lock(merging);
    sum.merge(part);
  });
  for (const Result<>& result : results) TRY_VOID(result);
  if (stop.stop_requested())
    return Error{Errc::kCancelled, 0, "stopped before the sizes of segments were known"};
  if (!sum.complete()) {
    reporter.warning(
        fmt::format("the set has more TCP connections than fit into the table for their segment "
                    "sizes ({}); packets of the others that are too long leave in full frames",
                    kMostConnections));
  }
  sum.keep_needed();
  return sum;
}

}  // namespace

Result<std::unique_ptr<const packet::FrameFitter>> make_fitter(const OversizeOptions& options,
                                                               const PlannedSet& setup,
                                                               const transmit::FrameLimits& limits,
                                                               unsigned workers, Reporter& reporter,
                                                               const std::stop_token& stop) {
  if (!has_long_packets(setup, limits)) return std::unique_ptr<const packet::FrameFitter>();
  SegmentTable sizes(0);
  if (options.policy == Oversize::kSegment) {
    TRY(sizes, learn(setup, limits, workers, reporter, stop));
  }
  return std::make_unique<const Fitter>(options, std::move(sizes));
}

transmit::FrameLimits limits_of(const transmit::FrameLimits& target,
                                const PlannedSet& setup) noexcept {
  return setup.engine.mtu ? replay::within_mtu(target, *setup.engine.mtu) : target;
}

Result<> check_long_packets(const OversizeOptions& options, const replay::Accounts& expected,
                            const transmit::FrameLimits& limits) {
  if (options.policy != Oversize::kFail || expected.skipped_too_long == 0) return {};
  return Error{Errc::kUnsupported, 0,
               fmt::format("--oversize fail: {} of {} packets are longer than the {} bytes of a "
                           "frame here",
                           expected.skipped_too_long, expected.read, limits.max_bytes)};
}

}  // namespace gophercap::jobs
