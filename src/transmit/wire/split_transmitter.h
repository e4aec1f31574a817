// Sends through several wires with one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "transmit/transmitter.h"

namespace gophercap::transmit {

// Hands each frame to the transmitter that Frame::wire says, in the order of the frames: a frame is
// passed on only when that before it has been accepted, whichever wire it is for.
class SplitTransmitter final : public Transmitter {
 public:
  // REQUIRES: the transmitters outlive it; there is at least one, and no frame for another wire.
  explicit SplitTransmitter(std::vector<Transmitter*> wires) : wires_(std::move(wires)) {}

  SendOutcome send(std::span<const Frame> frames) noexcept override;
  Result<> finish() override;
  size_t preferred_batch() const noexcept override;
  FrameLimits limits() const noexcept override;
  std::span<Transmitter* const> wires() const noexcept override { return wires_; }
  Unconfirmed unconfirmed() const noexcept override;
  std::string refusal() const override;
  std::string describe() const override;
  std::string describe_failed() const override;

 private:
  const std::vector<Transmitter*> wires_;
  size_t failed_ = SIZE_MAX;  // the wire of the last error
};

}  // namespace gophercap::transmit
