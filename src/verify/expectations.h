// The end of a simulated replay: instead of sending a frame, it records that the frame is expected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "transmit/transmitter.h"
#include "verify/arrivals.h"

namespace gophercap::verify {

// The limits of the sending interface; without an MTU, frames of any length are accepted.
transmit::FrameLimits receiver_limits(std::optional<uint32_t> mtu);

// Takes the frames that an interface with these limits would send. `first` is the capture time at
// which the plan begins. Returns ENOSPC when the matcher is full.
class Expectations final : public transmit::Transmitter {
 public:
  Expectations(ArrivalMatcher& matcher, CaptureTime first, const transmit::FrameLimits& limits)
      : matcher_(matcher), first_(first), limits_(limits) {}

  transmit::SendOutcome send(std::span<const transmit::Frame> frames) noexcept override;
  bool full() const noexcept { return full_; }

  Result<> finish() override { return {}; }
  size_t preferred_batch() const noexcept override { return 256; }
  transmit::FrameLimits limits() const noexcept override { return limits_; }
  std::string describe() const override { return "the receiver"; }

 private:
  ArrivalMatcher& matcher_;
  const CaptureTime first_;
  const transmit::FrameLimits limits_;
  bool full_ = false;
};

}  // namespace gophercap::verify
