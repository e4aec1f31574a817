// What pcap and pcapng have in common when they are written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/capture_writer.h"

namespace gophercap::capture {

// The limit that a header announces: options.snap_length, but never below what packets of the link
// type may have, since libpcap cuts packets to it.
uint32_t announced_snap_length(const WriterOptions& options, uint32_t link_type) noexcept;

// Why a packet can't be written to either format, whatever its time. kInvalidArgument, with the
// output's name in front.
Result<> check_packet(const OutputPacket& packet, const std::string& name);
Error unwritable_time(CaptureTime time, std::string_view range, const std::string& name);

}  // namespace gophercap::capture
