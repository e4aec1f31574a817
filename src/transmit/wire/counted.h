// Counts what a transmitter accepts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "transmit/transmitter.h"

namespace gophercap::transmit {

class Counted final : public Transmitter {
 public:
  explicit Counted(std::unique_ptr<Transmitter> transmitter)
      : transmitter_(std::move(transmitter)) {}

  SendOutcome send(std::span<const Frame> frames) noexcept override {
    const SendOutcome outcome = transmitter_->send(frames);
    frames_ += outcome.accepted;
    for (const Frame& frame : frames.first(outcome.accepted)) bytes_ += frame.captured_bytes;
    return outcome;
  }
  Result<> finish() override { return transmitter_->finish(); }
  size_t preferred_batch() const noexcept override { return transmitter_->preferred_batch(); }
  FrameLimits limits() const noexcept override { return transmitter_->limits(); }
  Unconfirmed unconfirmed() const noexcept override { return transmitter_->unconfirmed(); }
  std::string refusal() const override { return transmitter_->refusal(); }
  std::string describe() const override { return transmitter_->describe(); }

  // Without those that were lost, after finish().
  uint64_t frames() const noexcept { return frames_ - std::min(frames_, unconfirmed().frames); }
  uint64_t bytes() const noexcept { return bytes_ - std::min(bytes_, unconfirmed().bytes); }

 private:
  const std::unique_ptr<Transmitter> transmitter_;
  uint64_t frames_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace gophercap::transmit
