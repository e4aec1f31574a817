// Where frames go: a network interface or a recording.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace gophercap::transmit {

// Borrowed for the duration of send(). `data` has no frame check sequence.
struct Frame {
  const uint8_t* data = nullptr;
  uint32_t captured_bytes = 0;
  uint32_t original_bytes = 0;
  uint32_t link_type = 1;
  CaptureTime stamp{};  // first packet's capture time + scheduled offset: what a recording writes
};

struct SendOutcome {
  size_t accepted = 0;  // frames taken, from the front
  int error = 0;  // errno that stopped it before the first frame not accepted; 0 = all accepted
};

// Not thread-safe: one sending thread. The engine owns retries and accounting; a backend only says
// how many it took.
class Transmitter {
 public:
  virtual ~Transmitter() = default;

  // Hands over as many frames as it can in one system call. Never blocks longer than that call.
  // Allocates nothing.
  virtual SendOutcome send(std::span<const Frame> frames) noexcept = 0;

  // No frame may still be on its way inside the backend afterwards. Recordings complete their file
  // here.
  virtual Result<> finish() = 0;

  // Frames per send() that are worth gathering.
  virtual size_t preferred_batch() const noexcept = 0;
  virtual bool accepts(uint32_t link_type) const noexcept = 0;
  // Largest frame that can leave (for an interface: MTU + Ethernet header). A frame whose outer tag
  // is 0x8100 may have vlan_extra_bytes() more.
  virtual uint32_t max_frame_bytes() const noexcept = 0;
  virtual uint32_t vlan_extra_bytes() const noexcept = 0;
  virtual uint32_t min_frame_bytes() const noexcept = 0;
  // Frames that have left by the count of somebody else (the kernel, for an interface), since the
  // transmitter was opened; other senders' frames are among them. Empty: nobody counts.
  virtual std::optional<uint64_t> counted_outside() const { return std::nullopt; }
  // Why the first frame that was refused was, in better words than its errno has; "" = none.
  virtual std::string refusal() const { return {}; }
  // "interface veth0 (AF_PACKET sendmmsg)", "file out.pcap".
  virtual std::string describe() const = 0;
};

}  // namespace gophercap::transmit
