#include "jobs/replay/learn_from_set.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "base/shortage.h"
#include "capture/capture_reader.h"
#include "capture/packet_loop.h"

namespace gophercap::jobs {

Result<> take_packets(const replay::Plan& plan, const replay::PlannedFile& file,
                      io::DecodePool& pool, const std::stop_token& stop,
                      const std::function<void(const packet::Frame&, CaptureTime)>& take) {
  Result<io::Input> input = plan.store->open(
      file.path, {.pool = &pool, .stop = stop, .most_bytes = file.mapped.most_bytes()});
  if (!input)
    return is_shortage(input.error()) ? input.error().with_context(file.path) : Result<>();
  const auto reader = capture::open_capture(std::move(input->source), {});
  if (!reader)
    return is_shortage(reader.error()) ? reader.error().with_context(file.path) : Result<>();
  auto batch = std::make_unique<capture::PacketBatch>();
  capture::for_each_packet(**reader, *batch, stop,
                           [&](const packet::PacketView& packet, uint32_t link_type) {
                             take(packet::frame_of(packet, link_type), packet.time);
                             return true;
                           });
  return capture::check_memory((*reader)->damage(), file.path);
}

}  // namespace gophercap::jobs
