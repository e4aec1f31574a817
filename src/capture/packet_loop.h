// The loop over a capture's packets. Nothing else calls CaptureReader::read(), except tests of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "capture/capture_reader.h"

namespace gophercap::capture {

// Calls `visit` with each batch until it returns false; the next call continues with the following
// batch. Returns true if the reader has no more packets; damage() says whether that is the regular
// end. `batch` is memory to read into.
template <class Visit>
bool for_each_batch(CaptureReader& reader, PacketBatch& batch, Visit&& visit) {
  while (reader.read(batch) == ReadStatus::kPacket) {
    if (!visit(batch)) return false;
  }
  return true;
}

// Calls `visit` with each packet and its link type until it returns false, or a stop is requested.
// A stop is noticed before the next batch.
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

// The same loop for callers that take one packet at a time, for example of several captures in
// turns.
class PacketCursor {
 public:
  explicit PacketCursor(std::unique_ptr<CaptureReader> reader)
      : reader_(std::move(reader)), batch_(std::make_unique<PacketBatch>()) {}

  // Goes to the next packet, initially to the first one. Returns false if there are no more, also
  // in every further call.
  bool next() {
    if (++next_ >= batch_->count) {
      next_ = 0;
      return !for_each_batch(*reader_, *batch_, [](const PacketBatch&) { return false; });
    }
    return true;
  }
  // REQUIRES: next() has returned true. Valid until the next call.
  const packet::PacketView& packet() const noexcept { return batch_->packets[next_]; }
  uint32_t link_type() const noexcept {
    return reader_->interfaces()[packet().interface].link_type;
  }
  // Returns whether the last next() has read from the source.
  bool has_just_read() const noexcept { return next_ == 0; }
  const CaptureReader& reader() const noexcept { return *reader_; }

 private:
  std::unique_ptr<CaptureReader> reader_;
  std::unique_ptr<PacketBatch> batch_;
  size_t next_ = 0;  // in the batch
};

}  // namespace gophercap::capture
