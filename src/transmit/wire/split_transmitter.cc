#include "transmit/wire/split_transmitter.h"

#include <algorithm>

namespace gophercap::transmit {

SendOutcome SplitTransmitter::send(std::span<const Frame> frames) noexcept {
  size_t done = 0;
  while (done < frames.size()) {
    const uint8_t wire = frames[done].wire;
    size_t end = done + 1;
    while (end < frames.size() && frames[end].wire == wire) ++end;
    const SendOutcome outcome = wires_[wire]->send(frames.subspan(done, end - done));
    done += outcome.accepted;
    failed_ = outcome.error != 0 ? wire : SIZE_MAX;
    if (done < end) return {done, outcome.error};
  }
  return {done, 0};
}

Result<> SplitTransmitter::finish() {
  Result<> result;
  for (Transmitter* wire : wires_) {
    if (Result<> finished = wire->finish(); !finished && result) result = finished;
  }
  return result;
}

size_t SplitTransmitter::preferred_batch() const noexcept {
  size_t most = 1;
  for (const Transmitter* wire : wires_) most = std::max(most, wire->preferred_batch());
  return most;
}

FrameLimits SplitTransmitter::limits() const noexcept {
  return common_limits(wires_);
}

Unconfirmed SplitTransmitter::unconfirmed() const noexcept {
  Unconfirmed sum;
  for (const Transmitter* wire : wires_) {
    const Unconfirmed lost = wire->unconfirmed();
    sum.frames += lost.frames;
    sum.bytes += lost.bytes;
  }
  return sum;
}

std::string SplitTransmitter::refusal() const {
  for (const Transmitter* wire : wires_) {
    if (std::string why = wire->refusal(); !why.empty()) return why;
  }
  return {};
}

std::string SplitTransmitter::describe() const {
  return transmit::describe(wires_);
}

std::string SplitTransmitter::describe_failed() const {
  return failed_ < wires_.size() ? wires_[failed_]->describe() : describe();
}

}  // namespace gophercap::transmit
