// The loop over a capture's packets.
#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "capture/capture_reader.h"

namespace gophercap::capture {

// Calls `visit` with each batch until it returns false. True: the reader has no more; damage() says
// whether its end is that of the file. `batch` is memory to read into.
template <class Visit>
bool for_each_batch(CaptureReader& reader, PacketBatch& batch, Visit&& visit) {
  while (reader.read(batch) == ReadStatus::kPacket) {
    if (!visit(batch)) return false;
  }
  return true;
}

// The same with each packet and its link type. A stop ends it too, before the next batch.
template <class Visit>
bool for_each_packet(CaptureReader& reader, PacketBatch& batch, const std::stop_token& stop,
                     Visit&& visit) {
  return for_each_batch(reader, batch, [&](const PacketBatch& packets) {
    if (stop.stop_requested()) return false;
    const std::vector<Interface>& interfaces = reader.interfaces();
    for (size_t i = 0; i < packets.count; ++i) {
      const packet::PacketView& packet = packets.packets[i];
      if (!visit(packet, interfaces[packet.interface].link_type)) return false;
    }
    return true;
  });
}

}  // namespace gophercap::capture
