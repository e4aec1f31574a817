#include "rewrite/network/rewrite_network.h"

#include "packet/frame.h"
#include "rewrite/network/edits.h"
#include "rewrite/network/packet_rewriter.h"

namespace gophercap::rewrite {

bool rewrite_network(uint8_t* frame, uint32_t bytes, uint32_t original_bytes, uint32_t link_type,
                     const NetworkRules& rules, uint64_t loop) noexcept {
  Edits edits(frame, bytes);
  PacketRewriter(edits, rules, loop)
      .frame({.data = frame,
              .bytes = bytes,
              .original_bytes = original_bytes,
              .link_type = link_type});
  return edits.any();
}

}  // namespace gophercap::rewrite
