#include "transmit/link/two_ways.h"

#include <span>
#include <string>
#include <utility>

namespace gophercap::transmit {

TwoWays::TwoWays(std::unique_ptr<Transmitter> unheard, std::unique_ptr<Transmitter> audible,
                 Listeners listeners, std::shared_ptr<Heard> heard)
    : unheard_(std::move(unheard)),
      audible_(std::move(audible)),
      listeners_(std::move(listeners)),
      heard_(std::move(heard)) {}

SendOutcome TwoWays::send(std::span<const Frame> frames) noexcept {
  if (changed_over_) return audible_->send(frames);
  const SendTime now = SendClock::now();
  if (now >= next_look_) {
    next_look_ = now + kLookEvery;
    if (listeners_.look() != Presence::kNobody) heard_->store(true, std::memory_order_relaxed);
  }
  if (heard_->load(std::memory_order_relaxed)) {
    // Frames that are not confirmed by then count as unconfirmed at the end.
    (void)unheard_->finish();
    changed_over_ = true;
  }
  return current().send(frames);
}

Result<> TwoWays::finish() {
  TRY_VOID(unheard_->finish());
  return audible_->finish();
}

Unconfirmed TwoWays::unconfirmed() const noexcept {
  const Unconfirmed unheard = unheard_->unconfirmed();
  const Unconfirmed audible = audible_->unconfirmed();
  return {unheard.frames + audible.frames, unheard.bytes + audible.bytes};
}

std::string TwoWays::refusal() const {
  std::string reason = unheard_->refusal();
  return reason.empty() ? audible_->refusal() : reason;
}

}  // namespace gophercap::transmit
