// The headers of a tunnel between the IP or UDP header, which the kernel writes, and the frame.
#pragma once

#include <array>
#include <cstdint>

#include "transmit/tunnel/tunnel.h"

namespace gophercap::transmit {

// Pure. Sources: RFC 7348 (VXLAN), RFC 8926 (GENEVE), RFC 2784 and 2890 (GRE with Ethernet frames),
// draft-foschiano-erspan-03 (ERSPAN types II and III), the TaZmen Sniffer Protocol as Wireshark
// reads it.
class Encapsulation {
 public:
  static constexpr uint32_t kMostBytes = 20;

  explicit Encapsulation(const Tunnel& tunnel) noexcept;

  uint32_t bytes() const noexcept { return bytes_; }
  // Writes bytes() bytes. `sequence` counts the frames of the tunnel; `wall_ns` is the time of
  // sending. Only ERSPAN contains them.
  void write(uint8_t* to, uint32_t sequence, int64_t wall_ns) const noexcept;

 private:
  std::array<uint8_t, kMostBytes> header_{};
  uint32_t bytes_ = 0;
  bool has_sequence_ = false;
  bool has_time_ = false;
};

}  // namespace gophercap::transmit
