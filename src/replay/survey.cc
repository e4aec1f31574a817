#include "replay/survey.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/shortage.h"
#include "capture/capture_reader.h"
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

}  // namespace

Result<Survey> survey_file(const dataset::CaptureStore& store, const std::string& path,
                           CaptureTime initial_time, KeyRule rule, const Choice& choice,
                           const transmit::FrameLimits& limits, const std::stop_token& stop,
                           io::DecodePool* pool) {
  Survey survey;
  Result<io::Input> input = store.open(path, {.pool = pool, .stop = stop});
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
  CaptureTime before = CaptureTime::min();
  CaptureTime largest = CaptureTime::min();
  uint64_t behind = 0;  // the last packet inside
  while ((*reader)->read(*batch) == capture::ReadStatus::kPacket && !stop.stop_requested()) {
    for (size_t i = 0; i < batch->count; ++i) {
      const packet::PacketView& packet = batch->packets[i];
      const uint32_t link_type = (*reader)->interfaces()[packet.interface].link_type;
      const Decision d = decide(packet, link_type, packet.time < before, choice, limits);
      account(d.verdict, survey.verdicts);
      before = packet.time;
      largest = std::max(largest, packet.time);
      if (d.verdict == Verdict::kOutsideWindow) {
        ++behind;
        continue;
      }
      behind = 0;
      const CaptureTime key = rule == KeyRule::kOwnTime ? packet.time : largest;
      survey.first_key = survey.first_key ? std::min(*survey.first_key, key) : key;
      survey.last_key = survey.last_key ? std::max(*survey.last_key, key) : key;
      ++survey.packets;
      survey.packets_cut += packet.captured_bytes < packet.original_bytes;
      count_link_type(survey.link_types, link_type);
      if (d.verdict == Verdict::kSend) survey.verdicts.sent_bytes += d.captured_bytes;
    }
  }
  survey.damage = (*reader)->damage();
  if (survey.damage && survey.damage->code == Errc::kNoMemory) return out_of_memory(path);
  survey.ends_outside = behind > 0 && survey.packets > 0;
  if (survey.ends_outside) {
    survey.verdicts.read -= behind;
    survey.verdicts.outside_window -= behind;
  }
  return survey;
}

}  // namespace gophercap::replay
