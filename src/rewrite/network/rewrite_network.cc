#include "rewrite/network/rewrite_network.h"

namespace gophercap::rewrite {

bool rewrite_network(uint8_t* /*frame*/, uint32_t /*bytes*/, uint32_t /*original_bytes*/,
                     uint32_t /*link_type*/, const NetworkRules& /*rules*/,
                     uint64_t /*loop*/) noexcept {
  return false;
}

}  // namespace gophercap::rewrite
