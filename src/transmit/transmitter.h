// Where frames go: a network interface or a recording.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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

// What can leave. A frame that does not fit is never cut: the engine leaves it out and counts it.
struct FrameLimits {
  bool ethernet_only = false;
  uint32_t min_bytes = 0;
  uint32_t max_bytes = UINT32_MAX;  // for an interface: MTU + Ethernet header
  uint32_t vlan_extra_bytes = 0;    // a frame whose outer tag is 0x8100 may have as much more
  // Longer ones the interface takes, and its far end drops, without a word on many kernels.
  uint32_t far_end_bytes = UINT32_MAX;
};

struct Unconfirmed {
  uint64_t frames = 0;
  uint64_t bytes = 0;
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
  virtual FrameLimits limits() const noexcept = 0;
  // Frames taken of which the system has not said that they are through. After finish(): lost.
  virtual Unconfirmed unconfirmed() const noexcept { return {}; }
  // Why the first frame that was refused or lost was, in better words than its errno has; "" =
  // none.
  virtual std::string refusal() const { return {}; }
  // "interface veth0 (AF_PACKET sendmmsg)", "file out.pcap".
  virtual std::string describe() const = 0;
};

}  // namespace gophercap::transmit
