#include "jobs/replay/oversize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "jobs/replay/learn_from_set.h"
#include "jobs/replay/losses.h"
#include "packet/link_type.h"
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

// The same for every run, so that those agree.
constexpr size_t kMostConnections = size_t{1} << 18;
constexpr uint32_t kLongestRecord = packet::max_captured_bytes(packet::kLinkTypeEthernet);
constexpr uint64_t kTableBytes = uint64_t{16} << 20;  // while it grows

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
  const auto grown = [&](uint32_t bytes) {
    return uint64_t{bytes} + setup.engine.changes.growth_bytes();
  };
  return std::ranges::any_of(setup.set.files, [&](const dataset::FileSummary& file) {
    return may_be_too_long(file, before_growth) ||
           (limits.recorded && grown(file.max_captured_bytes) > kLongestRecord) ||
           (setup.engine.choice.pad_cut && file.packets_cut > 0);
  });
}

// Learns from frames as they are before they are rewritten, since the fitter asks by these.
struct Learned {
  SegmentTable sizes;
  packet::FrameList made;

  void learn(const packet::Frame& packet, const transmit::FrameLimits& limits,
             const packet::FrameStep* step) {
    if (step == nullptr || !step->may_change(packet.link_type)) {
      sizes.learn(packet, replay::room_for(packet, limits));
      return;
    }
    made.clear();
    if (step->apply(packet, made)) return;
    for (const packet::Frame& frame : made.frames())
      sizes.learn(frame, replay::room_for(frame, limits));
  }
  void merge(const Learned& other) { sizes.merge(other.sizes); }
};

Result<SegmentTable> learn(const PlannedSet& setup, const transmit::FrameLimits& limits,
                           unsigned workers, Reporter& reporter, const std::stop_token& stop) {
  TRY(Learned learned,
      learn_from_set(setup.plan, Learned{SegmentTable(kMostConnections), {}},
                     workers_within(setup.engine.memory_bytes, kTableBytes, workers),
                     "the sizes of segments", stop,
                     [&](Learned& part, const packet::Frame& frame, const Seen&) {
                       part.learn(frame, limits, setup.engine.changes.step);
                     }));
  SegmentTable sum = std::move(learned.sizes);
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
  return Error{
      Errc::kUnsupported, 0,
      fmt::format("--oversize fail: {} of {} packets are longer than the {} bytes of a "
                  "frame here",
                  expected.skipped_too_long, expected.read,
                  limits.recorded ? std::min(limits.max_bytes, kLongestRecord) : limits.max_bytes)};
}

}  // namespace gophercap::jobs
