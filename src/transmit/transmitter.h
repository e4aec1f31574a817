// Transmitter: the destination of frames, such as a network interface or a recording.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gophercap::transmit {

// Borrowed during send(). `data` does not include a frame check sequence.
struct Frame {
  const uint8_t* data = nullptr;
  uint32_t captured_bytes = 0;
  uint32_t original_bytes = 0;
  uint32_t link_type = 1;
  uint8_t wire = 0;     // for a transmitter of several wires: which of them
  CaptureTime stamp{};  // capture time of the first packet + scheduled offset; written by
                        // recordings
};

struct SendOutcome {
  size_t accepted = 0;  // number of frames accepted, from the front
  int error = 0;        // errno for the first frame that was not accepted; 0 if all were
};

// Which frames can be sent. A frame that exceeds a limit is never cut; the engine skips and counts
// it.
struct FrameLimits {
  bool ethernet_only = false;
  uint32_t min_bytes = 0;
  uint32_t max_bytes = UINT32_MAX;  // for an interface: MTU + Ethernet header
  uint32_t vlan_extra_bytes = 0;    // a frame whose outer tag is 0x8100 may be this much longer
  // The interface accepts longer frames, but its far end drops them, silently on many kernels.
  uint32_t far_end_bytes = UINT32_MAX;
  // For a recording: no frame may be longer than packet::max_captured_bytes() of its link type.
  bool recorded = false;
};

// The frames that both take.
constexpr FrameLimits common_limits(const FrameLimits& a, const FrameLimits& b) noexcept {
  const auto with_tag = [](const FrameLimits& limits) {
    return uint64_t{limits.max_bytes} + limits.vlan_extra_bytes;
  };
  const uint32_t most = std::min(a.max_bytes, b.max_bytes);
  return {.ethernet_only = a.ethernet_only || b.ethernet_only,
          .min_bytes = std::max(a.min_bytes, b.min_bytes),
          .max_bytes = most,
          .vlan_extra_bytes = static_cast<uint32_t>(std::min(with_tag(a), with_tag(b)) - most),
          .far_end_bytes = std::min(a.far_end_bytes, b.far_end_bytes),
          .recorded = a.recorded || b.recorded};
}

struct Unconfirmed {
  uint64_t frames = 0;
  uint64_t bytes = 0;
};

// Not thread-safe: used by one sending thread. The engine handles retries and accounting; a backend
// only reports how many frames it accepted.
class Transmitter {
 public:
  virtual ~Transmitter() = default;

  // Passes on as many frames as one system call can take. Blocks no longer than that call and does
  // not allocate.
  virtual SendOutcome send(std::span<const Frame> frames) noexcept = 0;

  // Completes sending: afterwards no frame may be pending inside the backend. Recordings complete
  // their file here.
  virtual Result<> finish() = 0;

  // The number of frames per send() that is worth collecting.
  virtual size_t preferred_batch() const noexcept = 0;
  virtual FrameLimits limits() const noexcept = 0;
  // Those that Frame::wire tells apart; empty: there is only this.
  virtual std::span<Transmitter* const> wires() const noexcept { return {}; }
  // Frames accepted whose completion the system has not confirmed. After finish() they count as
  // lost.
  virtual Unconfirmed unconfirmed() const noexcept { return {}; }
  // Explains, better than its errno does, why the first refused or lost frame failed; "" if none
  // did.
  virtual std::string refusal() const { return {}; }
  // "interface veth0 (AF_PACKET sendmmsg)", "file out.pcap".
  virtual std::string describe() const = 0;
  // The same for what the last error came from, if it is only a part of this.
  virtual std::string describe_failed() const { return describe(); }
};

// The frames that all of them take. REQUIRES: there is at least one.
FrameLimits common_limits(std::span<Transmitter* const> transmitters) noexcept;
// FrameLimits::far_end_bytes of each of its wires, or of itself if it has none.
std::vector<uint32_t> far_end_bytes(const Transmitter& transmitter);
// Names each of them; sending threads of one interface have one name.
std::string describe(std::span<Transmitter* const> transmitters);

}  // namespace gophercap::transmit
