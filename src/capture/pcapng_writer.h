// The pcapng half of PcapWriter::create().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capture/buffered_output.h"
#include "capture/pcap_writer.h"

namespace gophercap::capture {

Result<std::unique_ptr<PcapWriter>> create_pcapng_writer(BufferedOutput output,
                                                         const WriterOptions& options);

// The limit that a header announces: options.snap_length, but never below what packets of the link
// type may have, since libpcap cuts packets to it.
uint32_t announced_snap_length(const WriterOptions& options, uint32_t link_type) noexcept;

// Why a packet can't be written to either format, whatever its time. kInvalidArgument, with the
// path in front.
Result<> check_packet(const OutputPacket& packet, const std::string& path);
Error unwritable_time(CaptureTime time, std::string_view range, const std::string& path);

}  // namespace gophercap::capture
