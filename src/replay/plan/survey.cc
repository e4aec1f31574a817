#include "replay/plan/survey.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/shortage.h"
#include "capture/capture_reader.h"
#include "capture/packet_loop.h"
#include "io/open.h"

namespace gophercap::replay {
namespace {

void count_link_type(std::vector<dataset::LinkTypeCount>& counts, uint32_t link_type) {
  for (dataset::LinkTypeCount& count : counts) {
    if (count.link_type == link_type) {
      ++count.packets;
      return;
    }
  }
  counts.push_back({link_type, 1});
}

// The state between two packets.
class Surveyor {
 public:
  // REQUIRES: the references outlive it.
  Surveyor(KeyRule rule, const ClockSteps& steps, const Choice& choice,
           const transmit::FrameLimits& limits, const Changes& changes, const WireChoice* wires)
      : rule_(rule),
        follow_(steps.follow),
        filter_(choice, limits, changes),
        wires_(wires),
        clock_(steps) {
    if (changes.rewriter != nullptr && changes.rewriter->differs_by_loop())
      later_.emplace(choice, limits, changes, 1);
  }

  void take(const packet::PacketView& packet, uint32_t link_type, Survey& survey) {
    const CaptureTime before = std::exchange(before_, packet.time);
    const bool followed = follow_ && clock_.take(ns_of(packet.time));
    const bool out_of_order = packet.time < before && !followed;
    largest_ = std::max(largest_, packet.time);
    const Decision d = filter_.decide(packet, link_type, out_of_order);
    account(d, survey.verdicts);
    if (d.verdict == Verdict::kOutsideWindow) {
      ++behind_;
      return;
    }
    behind_ = 0;
    add_key(rule_ == KeyRule::kOwnTime ? packet.time
            : follow_                  ? capture_time(clock_.key_ns())
                                       : largest_,
            survey);
    add_step(before, packet.time, survey);
    ++survey.packets;
    survey.packets_cut += packet.captured_bytes < packet.original_bytes;
    count_link_type(survey.link_types, link_type);
    if (d.verdict != Verdict::kSend) return;
    survey.verdicts.frames_sent += d.frames.size();
    for (const packet::Frame& frame : d.frames) survey.verdicts.sent_bytes += frame.bytes;
    if (later_) survey.rewritten_later += later_->decide(packet, link_type, out_of_order).rewritten;
    if (wires_ != nullptr) {
      const uint32_t wire = wires_->wire_of(packet::frame_of(packet, link_type));
      if (wire >= survey.frames_by_wire.size()) survey.frames_by_wire.resize(wire + 1);
      survey.frames_by_wire[wire] += d.frames.size();
    }
  }
  // Number of packets after the last one inside the window.
  uint64_t behind() const noexcept { return behind_; }
  uint64_t clock_steps() const noexcept { return follow_ ? clock_.steps() : 0; }

 private:
  static uint64_t distance(CaptureTime from, CaptureTime to) noexcept {
    return static_cast<uint64_t>(ns_of(to)) - static_cast<uint64_t>(ns_of(from));
  }
  void add_key(CaptureTime key, Survey& survey) const {
    if (rule_ != KeyRule::kOwnTime && survey.last_key &&
        distance(*survey.last_key, key) > static_cast<uint64_t>(survey.largest_gap.count())) {
      survey.largest_gap = saturating_distance(*survey.last_key, key);
      survey.largest_gap_from = *survey.last_key;
    }
    survey.first_key = survey.first_key ? std::min(*survey.first_key, key) : key;
    survey.last_key = survey.last_key ? std::max(*survey.last_key, key) : key;
  }
  void add_step(CaptureTime before, CaptureTime time, Survey& survey) const {
    constexpr auto kStep = static_cast<uint64_t>(dataset::kClockStep.count());
    survey.packets_behind_step += time < largest_ && distance(time, largest_) > kStep;
    if (time >= before || distance(time, before) <= kStep) return;
    ++survey.clock_steps_back;
    if (!survey.first_step_back_from) survey.first_step_back_from = before;
  }

  const KeyRule rule_;
  const bool follow_;
  FrameFilter filter_;
  std::optional<FrameFilter> later_{};  // in a loop after the first
  const WireChoice* const wires_;
  KeyClock clock_;
  CaptureTime before_ = CaptureTime::min();
  CaptureTime largest_ = CaptureTime::min();
  uint64_t behind_ = 0;
};

}  // namespace

Result<Survey> survey_file(const dataset::CaptureStore& store, const std::string& path,
                           uint64_t plain_bytes, CaptureTime initial_time, KeyRule rule,
                           const ClockSteps& steps, const Choice& choice,
                           const transmit::FrameLimits& limits, const Changes& changes,
                           const std::stop_token& stop, io::DecodePool* pool,
                           const WireChoice* wires) {
  Survey survey;
  Result<io::Input> input =
      store.open(path, {.pool = pool, .stop = stop, .most_bytes = plain_bytes});
  if (!input && is_shortage(input.error())) return input.error().with_context(path);
  if (!input) {
    survey.damage = capture::unopened(path, input.error());
    return survey;
  }
  const auto reader =
      capture::open_capture(std::move(input->source), {.initial_time = initial_time});
  if (!reader && is_shortage(reader.error())) return reader.error().with_context(path);
  if (!reader) {
    survey.damage = capture::unopened(path, reader.error());
    return survey;
  }
  auto batch = std::make_unique<capture::PacketBatch>();
  Surveyor surveyor(rule, steps, choice, limits, changes, wires);
  capture::for_each_packet(**reader, *batch, stop,
                           [&](const packet::PacketView& packet, uint32_t link_type) {
                             surveyor.take(packet, link_type, survey);
                             return true;
                           });
  const uint64_t behind = surveyor.behind();
  survey.clock_steps_followed = surveyor.clock_steps();
  survey.damage = (*reader)->damage();
  TRY_VOID(capture::check_memory(survey.damage, path));
  survey.ends_outside = behind > 0 && survey.packets > 0;
  if (survey.ends_outside) {
    survey.verdicts.read -= behind;
    survey.verdicts.outside_window -= behind;
  }
  return survey;
}

}  // namespace gophercap::replay
