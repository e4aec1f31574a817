#include "transmit/tunnel/encapsulation.h"

#include <cstring>

#include "base/bytes.h"

namespace gophercap::transmit {
namespace {

constexpr uint16_t kTransparentBridging = 0x6558;  // the protocol of Ethernet frames
constexpr uint32_t kSequenceAt = 4;                // in a GRE header without a key
constexpr uint32_t kTimeAt = 12;                   // in ERSPAN type III after that

}  // namespace

Encapsulation::Encapsulation(const Tunnel& tunnel) noexcept {
  const auto put16 = [&](uint32_t value) {
    store_le(header_.data() + bytes_, byte_swap(static_cast<uint16_t>(value)));
    bytes_ += 2;
  };
  const auto put32 = [&](uint32_t value) {
    store_le(header_.data() + bytes_, byte_swap(value));
    bytes_ += 4;
  };
  switch (tunnel.kind) {
    case TunnelKind::kVxlan:
      put32(0x08000000);  // the VNI is valid
      put32(tunnel.id << 8);
      break;
    case TunnelKind::kGeneve:
      put16(0);  // version 0, no options
      put16(kTransparentBridging);
      put32(tunnel.id << 8);
      break;
    case TunnelKind::kGre:
      put16(tunnel.has_key ? 0x2000 : 0);
      put16(kTransparentBridging);
      if (tunnel.has_key) put32(tunnel.id);
      break;
    case TunnelKind::kErspan: {
      const bool third = tunnel.erspan_version == 3;
      has_sequence_ = true;
      has_time_ = third;
      put16(0x1000);  // there is a sequence number
      put16(third ? 0x22eb : 0x88be);
      put32(0);                        // the sequence number
      put16(third ? 0x2000 : 0x1000);  // version; no VLAN
      put16(tunnel.id);                // best effort, not truncated
      put32(0);                        // III: time stamp; II: port index
      if (third) {
        put16(0);       // no security group
        put16(0x8000);  // an Ethernet frame, from hardware 0, towards it; time in 100 µs
      }
      break;
    }
    case TunnelKind::kUdp:
      break;
    case TunnelKind::kTzsp:
      put16(0x0100);          // version 1, a received packet
      put16(1);               // Ethernet
      header_[bytes_++] = 1;  // the end of the tags
      break;
  }
}

void Encapsulation::write(uint8_t* to, uint32_t sequence, int64_t wall_ns) const noexcept {
  std::memcpy(to, header_.data(), bytes_);
  if (has_sequence_) store_le(to + kSequenceAt, byte_swap(sequence));
  constexpr int64_t kUnitNs = 100'000;
  if (has_time_) store_le(to + kTimeAt, byte_swap(static_cast<uint32_t>(wall_ns / kUnitNs)));
}

}  // namespace gophercap::transmit
