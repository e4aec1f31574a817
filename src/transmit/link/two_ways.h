// Two ways to one interface: a fast one that nobody can listen to, as long as nobody does, and one
// that is heard.
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

// Of all lanes of an interface: whether one has found somebody. Read by anybody.
using Heard = std::atomic<bool>;

class TwoWays final : public Transmitter {
 public:
  // Takes `unheard` until somebody listens, or that can't be known any more, which sets `heard`;
  // from then on `audible`.
  TwoWays(std::unique_ptr<Transmitter> unheard, std::unique_ptr<Transmitter> audible,
          Listeners listeners, std::shared_ptr<Heard> heard);

  // Looks for listeners before the first frame, and once in kLookEvery afterwards. What has been
  // taken the one way has left before anything goes the other.
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
