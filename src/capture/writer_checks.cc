#include "capture/writer_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "packet/link_type.h"

namespace gophercap::capture {

uint32_t announced_snap_length(const WriterOptions& options, uint32_t link_type) noexcept {
  const uint32_t possible = packet::max_captured_bytes(link_type);
  const bool jumbo = possible > packet::max_captured_bytes(packet::kLinkTypeEthernet);
  return jumbo ? std::max(options.snap_length, possible) : options.snap_length;
}

Result<> check_packet(const OutputPacket& packet, const std::string& name) {
  if (packet.link_type > kLargestLinkType) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("{}: link type {} can't be written", name, packet.link_type)};
  }
  const uint32_t limit = packet::max_captured_bytes(packet.link_type);
  if (packet.data.size() > limit) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("{}: a packet of {} bytes can't be written: readers take at most {}",
                             name, packet.data.size(), limit)};
  }
  return {};
}

Error unwritable_time(CaptureTime time, std::string_view range, const std::string& name) {
  return {
      Errc::kInvalidArgument, 0,
      fmt::format("{}: a packet of {} can't be written: {}", name, format_rfc3339(time), range)};
}

}  // namespace gophercap::capture
