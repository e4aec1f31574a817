// Checks shared by the writers of pcap and pcapng.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/capture_writer.h"

namespace gophercap::capture {

// Returns the snap length for a header: options.snap_length, but at least what packets of the link
// type may have, since libpcap cuts packets to this value.
uint32_t announced_snap_length(const WriterOptions& options, uint32_t link_type) noexcept;

// Fails with kInvalidArgument, naming the output, if a packet cannot be written to either format,
// whatever its time.
Result<> check_packet(const OutputPacket& packet, const std::string& name);
Error unwritable_time(CaptureTime time, std::string_view range, const std::string& name);

}  // namespace gophercap::capture
