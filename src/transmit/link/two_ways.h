// Switches an interface between two ways to send: a fast one that listeners cannot see, used while
// there are none, and one that they see.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "base/time.h"
#include "transmit/link/listeners.h"
#include "transmit/transmitter.h"

namespace gophercap::transmit {

// True once any lane of the interface has detected a listener. Any thread may read it.
using Heard = std::atomic<bool>;

class TwoWays final : public Transmitter {
 public:
  // Uses `unheard` until there is a listener, or listeners cannot be detected any more. Then sets
  // `heard` and uses `audible` from then on.
  TwoWays(std::unique_ptr<Transmitter> unheard, std::unique_ptr<Transmitter> audible,
          Listeners listeners, std::shared_ptr<Heard> heard);

  // Looks for listeners before the first frame and then every kLookEvery. Frames accepted by the
  // first way have been sent before the other one is used.
  SendOutcome send(std::span<const Frame> frames) noexcept override;
  Result<> finish() override;
  size_t preferred_batch() const noexcept override { return unheard_->preferred_batch(); }
  FrameLimits limits() const noexcept override { return unheard_->limits(); }
  Unconfirmed unconfirmed() const noexcept override;
  std::string refusal() const override;
  std::string describe() const override { return current().describe(); }

 private:
  static constexpr Nanos kLookEvery = std::chrono::milliseconds(500);

  Transmitter& current() const noexcept { return changed_over_ ? *audible_ : *unheard_; }

  std::unique_ptr<Transmitter> unheard_;
  std::unique_ptr<Transmitter> audible_;
  Listeners listeners_;
  std::shared_ptr<Heard> heard_;
  SendTime next_look_{};
  bool changed_over_ = false;
};

}  // namespace gophercap::transmit
