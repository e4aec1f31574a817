// Decides, packet by packet and ahead of time, whether and how much of a packet leaves.
#pragma once

#include <cstdint>

#include "packet/bpf.h"
#include "packet/packet_view.h"
#include "replay/accounts.h"
#include "replay/plan/window.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// What the user asked for. `expression` is borrowed.
struct Choice {
  Window window{};
  const packet::BpfFilter* expression = nullptr;  // null = every packet
  bool skip_out_of_order = false;
  uint32_t longest_frame_bytes = UINT32_MAX;  // --skip-mtu
};

// The frame that leaves of `packet`: its length without the captured frame check sequence, and the
// verdict. Pure.
struct Decision {
  Verdict verdict = Verdict::kSend;
  uint32_t captured_bytes = 0;
  uint32_t original_bytes = 0;
  uint64_t mtu_needed = 0;  // with kTooLong: the MTU with which it would leave
};
// `out_of_order`: its time is below that of the packet before it in its file.
Decision decide(const packet::PacketView& packet, uint32_t link_type, bool out_of_order,
                const Choice& choice, const transmit::FrameLimits& limits) noexcept;

// Whether `choice` lets every packet through, so that it need not be asked for each.
inline bool takes_all(const Choice& choice) noexcept {
  return !choice.window.from && !choice.window.to && choice.expression == nullptr &&
         !choice.skip_out_of_order && choice.longest_frame_bytes == UINT32_MAX;
}

// Counts a packet that was read: exactly one of the counters, `read` beside it.
void account_left_out(const Decision& decision, Accounts& accounts) noexcept;
inline void account(const Decision& decision, Accounts& accounts) noexcept {
  ++accounts.read;
  if (decision.verdict != Verdict::kSend) [[unlikely]]
    account_left_out(decision, accounts);
}

// The smallest MTU of an interface that takes the Ethernet frame.
uint32_t mtu_for(const uint8_t* frame, uint32_t bytes) noexcept;

}  // namespace gophercap::replay
