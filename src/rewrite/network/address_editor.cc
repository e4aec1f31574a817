#include "rewrite/network/address_editor.h"

#include <cstring>

#include "base/bytes.h"
#include "rewrite/network/unique_address.h"

namespace gophercap::rewrite {
namespace {

IpNumber load_ipv6(const uint8_t* at) noexcept {
  return IpNumber{load_be64(at)} << 64 | load_be64(at + 8);
}
void store_ipv6(uint8_t* at, IpNumber address) noexcept {
  store_le(at, byte_swap(static_cast<uint64_t>(address >> 64)));
  store_le(at + 8, byte_swap(static_cast<uint64_t>(address)));
}

}  // namespace

Change AddressEditor::ipv4(uint32_t at) noexcept {
  uint8_t bytes[4];
  store_be32(bytes, unique_ipv4(map_.ipv4(load_be32(edits_.at(at))), loop_));
  return edits_.put(at, bytes, 4);
}

Change AddressEditor::ipv6(uint32_t at) noexcept {
  uint8_t bytes[16];
  store_ipv6(bytes, unique_ipv6(map_.ipv6(load_ipv6(edits_.at(at))), loop_));
  return edits_.put(at, bytes, 16);
}

Change AddressEditor::ipv6_network(uint32_t at, uint32_t stored, uint8_t length) noexcept {
  if (length > stored * 8) return {};
  uint8_t bytes[16] = {};
  std::memcpy(bytes, edits_.at(at), stored);
  const IpNumber address = load_ipv6(bytes);
  const IpNumber rest = address & last_of({.ipv6 = true, .length = length});
  const Prefix moved = map_.prefix({.ipv6 = true, .length = length, .first = address ^ rest});
  // In another loop, bits 32 to 63 change, each by itself, so a network remains one.
  const IpNumber network = unique_ipv6(moved.first, loop_) & ~last_of({true, length});
  store_ipv6(bytes, network | rest);
  return edits_.put(at, bytes, stored);
}

}  // namespace gophercap::rewrite
