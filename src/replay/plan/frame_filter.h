// Decides for each packet, when it is read, whether it is sent and as which frames.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "packet/bpf.h"
#include "packet/flow_sample.h"
#include "packet/frame.h"
#include "packet/frame_fitter.h"
#include "packet/frame_rewriter.h"
#include "packet/frame_step.h"
#include "packet/packet_view.h"
#include "replay/accounts.h"
#include "replay/plan/window.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// Which packets the user wants. `expression` and `sample` are borrowed.
struct Choice {
  Window window{};
  const packet::BpfFilter* expression = nullptr;  // null = every packet
  const packet::FlowSample* sample = nullptr;     // null = every flow
  bool skip_out_of_order = false;
  uint32_t longest_frame_bytes = UINT32_MAX;  // --skip-mtu
  bool pad_cut = false;                       // zeros for what was not captured
};

// True if `choice` takes every packet, so that it need not be checked for each.
inline bool takes_all(const Choice& choice) noexcept {
  return !choice.window.from && !choice.window.to && choice.expression == nullptr &&
         choice.sample == nullptr && !choice.skip_out_of_order &&
         choice.longest_frame_bytes == UINT32_MAX && !choice.pad_cut;
}

// What packets are turned into before they are sent. Borrowed.
struct Changes {
  const packet::FrameStep* step = nullptr;          // for all packets; null: they are not changed
  const packet::FrameRewriter* rewriter = nullptr;  // for the frames of the step
  const packet::FrameFitter* fitter = nullptr;      // for frames that are too long; null: they are
                                                    // skipped

  // By how many bytes a frame may be longer than its packet, before it is made to fit.
  uint32_t growth_bytes() const noexcept {
    return (step == nullptr ? 0 : step->growth_bytes()) +
           (rewriter == nullptr ? 0 : rewriter->growth_bytes());
  }
  // True if packets of this link type may be sent as other frames, or as frames of other lengths,
  // although they fit.
  bool may_change(uint32_t link_type) const noexcept {
    return (step != nullptr && step->may_change(link_type)) ||
           (rewriter != nullptr && rewriter->may_change(link_type));
  }
  bool may_resize(uint32_t link_type) const noexcept {
    return (step != nullptr && step->may_change(link_type)) ||
           (rewriter != nullptr && rewriter->may_resize(link_type));
  }
};

// The same limits for a path with this MTU.
transmit::FrameLimits within_mtu(transmit::FrameLimits limits, uint32_t mtu) noexcept;

// The length up to which a frame fits, and that up to which one of any link type does.
uint32_t room_for(const packet::Frame& frame, const transmit::FrameLimits& limits) noexcept;
uint32_t least_room(const transmit::FrameLimits& limits) noexcept;

struct Decision {
  Verdict verdict = Verdict::kSend;
  packet::Fit fit = packet::Fit::kNone;  // what was done to a frame of it that was too long
  bool padded = false;
  bool converted = false;   // to another link type
  bool rewritten = false;   // one of its frames
  uint64_t mtu_needed = 0;  // if it is too long: the MTU with which all of its frames would be sent
  std::span<const packet::Frame> frames{};  // with kSend: the frames to send
};

// Checks the user's choice against the captured packet, and the limits of the target against each
// frame that a step makes from it. If one of the frames does not fit, and cannot be made to fit,
// none of them is sent.
class FrameFilter {
 public:
  // `loop` is the loop that the packets are sent in. REQUIRES: what is borrowed outlives it.
  FrameFilter(const Choice& choice, const transmit::FrameLimits& limits,
              const Changes& changes = {}, uint64_t loop = 0) noexcept
      : choice_(choice),
        limits_(limits),
        changes_(changes),
        loop_(loop),
        unasked_(takes_all(choice)),
        unchanged_(changes.step == nullptr && changes.rewriter == nullptr && !choice.pad_cut),
        sends_as_read_(unasked_ && unchanged_),
        surely_bytes_(std::min(choice.longest_frame_bytes, least_room(limits))) {}

  // True if decide() would send this frame of a packet unchanged. This is the fast path of a replay
  // of everything; if it returns false, decide() has to be called.
  bool surely_sends(const packet::Frame& frame) const noexcept {
    return sends_as_read_ && fits_without_a_tag(frame);
  }
  // `out_of_order`: its time is before that of the previous packet in its file. The frames are
  // valid until the next call.
  Decision decide(const packet::PacketView& packet, uint32_t link_type, bool out_of_order) {
    frame_ = packet::frame_of(packet, link_type);
    const Verdict chosen = unasked_ ? Verdict::kSend : choose(packet, out_of_order);
    if (chosen != Verdict::kSend) [[unlikely]]
      return {.verdict = chosen};
    if (unchanged_ && fits_without_a_tag(frame_)) [[likely]]
      return {.frames = {&frame_, 1}};
    return take_steps();
  }

 private:
  bool is_taken(uint32_t link_type) const noexcept {
    return !limits_.ethernet_only || link_type == packet::kLinkTypeEthernet;
  }
  bool fits_without_a_tag(const packet::Frame& frame) const noexcept {
    return is_taken(frame.link_type) && frame.bytes <= surely_bytes_ &&
           frame.bytes >= limits_.min_bytes;
  }
  Verdict choose(const packet::PacketView& packet, bool out_of_order) const noexcept;
  // True if the capture has only its beginning, and it is padded to its length.
  bool pad();
  Decision take_steps();
  void rewrite(Decision& decision);
  // Its verdict and MTU, by its frames.
  void judge(Decision& decision) const noexcept;
  // `before`: its frames before they were rewritten.
  void make_fit(Decision& decision, std::span<const packet::Frame> before);
  Verdict fits(const packet::Frame& frame) const noexcept;

  const Choice choice_;
  const transmit::FrameLimits limits_;
  const Changes changes_;
  const uint64_t loop_;
  const bool unasked_;
  const bool unchanged_;  // a frame that fits is sent as it was captured
  const bool sends_as_read_;
  const uint32_t surely_bytes_;  // a frame up to this length fits with and without a VLAN tag
  packet::Frame frame_;          // the packet, unchanged
  packet::FrameList made_;
  packet::FrameList rewritten_;
  packet::FrameList fitted_;
  std::vector<uint8_t> padded_;
};

// Counts a packet that was read: in `read`, in the counter of its verdict, and in that of what was
// done to it.
void account_left_out(const Decision& decision, Accounts& accounts) noexcept;
void account_changed(const Decision& decision, Accounts& accounts) noexcept;
inline void account(const Decision& decision, Accounts& accounts) noexcept {
  ++accounts.read;
  if (decision.verdict != Verdict::kSend) [[unlikely]]
    account_left_out(decision, accounts);
  else if (decision.fit != packet::Fit::kNone || decision.padded || decision.converted ||
           decision.rewritten) [[unlikely]]
    account_changed(decision, accounts);
}

// The smallest MTU with which an interface takes the Ethernet frame.
uint32_t mtu_for(const uint8_t* frame, uint32_t bytes) noexcept;

}  // namespace gophercap::replay
