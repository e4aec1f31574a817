#include "rewrite/network/transport_checksum.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "packet/layers.h"
#include "rewrite/checksum.h"
#include "rewrite/network/crc32c.h"
#include "rewrite/network/ip_protocols.h"

namespace gophercap::rewrite {
namespace {

using Kind = ChecksumField::Kind;

uint32_t length_of(const Datagram& datagram) noexcept {
  return static_cast<uint32_t>(datagram.part.wire_end - datagram.at);
}

// The pseudo header of RFC 9293 and RFC 8200.
InternetSum pseudo_header(const Edits& edits, const Datagram& datagram, uint32_t length) noexcept {
  InternetSum sum;
  sum.add(edits.at(datagram.source), datagram.address_bytes());
  if (datagram.destination != 0) sum.add(edits.at(datagram.destination), datagram.address_bytes());
  sum.add_word(static_cast<uint16_t>(length >> 16));
  sum.add_word(static_cast<uint16_t>(length));
  sum.add_word(datagram.protocol);
  return sum;
}

// How many bytes of a whole datagram the checksum covers.
uint32_t covered_bytes(const Edits& edits, const Datagram& datagram) noexcept {
  const uint32_t length = length_of(datagram);
  uint32_t covered = 0;  // all
  if (datagram.protocol == kIpUdpLite && length >= 8) {
    covered = edits.word(datagram.at + 4);
  } else if (datagram.protocol == packet::kIpDccp && length >= 12) {
    const uint32_t coverage = edits.byte(datagram.at + 5) & 0x0fu;
    if (coverage != 0) covered = edits.byte(datagram.at + 4) * 4u + (coverage - 1) * 4;
  }
  return covered == 0 ? length : std::min(covered, length);
}

uint16_t checksum_of(const Edits& edits, const Datagram& datagram, const ChecksumField& field,
                     bool with_field) noexcept {
  InternetSum sum = field.kind == Kind::kSumWithAddresses
                        ? pseudo_header(edits, datagram, length_of(datagram))
                        : InternetSum();
  const uint8_t* const begin = edits.at(datagram.at);
  const uint32_t covered = covered_bytes(edits, datagram);
  const uint32_t after = field.offset + 2u;
  sum.add(begin, std::min<uint32_t>(field.offset, covered));
  if (with_field) sum.add(begin + field.offset, 2);
  if (covered > after) sum.add(begin + after, covered - after);
  return sum.checksum();
}

Change recompute_crc(Edits& edits, const Datagram& datagram, uint32_t field) noexcept {
  constexpr uint8_t kZero[4] = {};
  const uint32_t after = field + 4 - datagram.at;
  uint32_t crc = crc32c_continued(~0u, edits.at(datagram.at), field - datagram.at);
  crc = crc32c_continued(crc, kZero, 4);
  crc = crc32c_continued(crc, edits.at(field + 4), length_of(datagram) - after);
  uint8_t bytes[4];
  store_le(bytes, ~crc);
  return edits.put(field, bytes, 4);
}

// Of protocols that leave out parts of some messages, or on which implementations disagree.
constexpr ChecksumField addresses_at(uint8_t offset) noexcept {
  return {Kind::kSumWithAddresses, offset, false, false};
}

}  // namespace

ChecksumField checksum_field(const Edits& edits, const Datagram& datagram) noexcept {
  switch (datagram.protocol) {
    case packet::kIpTcp:
      return {Kind::kSumWithAddresses, 16};
    case packet::kIpUdp:
      return {Kind::kSumWithAddresses, 6, true};
    case kIpUdpLite:
    case packet::kIpDccp:
      return {Kind::kSumWithAddresses, 6};
    case packet::kIpSctp:
      return {Kind::kCrc32c, 8};
    case kIpIcmp:
      return datagram.ipv6 ? ChecksumField{} : ChecksumField{Kind::kSum, 2};
    case kIpIcmpv6:
      return datagram.ipv6 ? ChecksumField{Kind::kSumWithAddresses, 2} : ChecksumField{};
    case kIpOspf:
      return datagram.ipv6 ? addresses_at(12) : ChecksumField{};
    case kIpPim:
      return datagram.ipv6 ? addresses_at(2) : ChecksumField{};
    case kIpVrrp: {
      const bool third = datagram.part.has(datagram.at, 1) && edits.byte(datagram.at) >> 4 == 3;
      return third ? addresses_at(6) : ChecksumField{};
    }
    case packet::kIpMobility:
    case packet::kIpHostIdentity:
      return datagram.ipv6 ? addresses_at(4) : ChecksumField{};
    default:
      return {};
  }
}

bool is_partial(const Edits& edits, const Datagram& datagram, const ChecksumField& field) noexcept {
  const bool offloaded = datagram.protocol == packet::kIpTcp || datagram.protocol == packet::kIpUdp;
  if (!offloaded || datagram.fragment) return false;
  // In memory order, as the sum does not depend on the byte order.
  uint64_t sum = byte_swap(uint16_t{datagram.protocol});
  for (uint32_t i = 0; i < datagram.address_bytes(); i += 4) {
    sum += load_le32(edits.at(datagram.source + i));
    if (datagram.destination != 0) sum += load_le32(edits.at(datagram.destination + i));
  }
  const uint32_t length = length_of(datagram);
  const uint64_t with_length = sum + byte_swap(static_cast<uint16_t>(length >> 16)) +
                               byte_swap(static_cast<uint16_t>(length));
  const uint16_t value = load_le16(edits.at(datagram.at + field.offset));
  const bool known = datagram.part.wire_end != Part::kUnknown;
  if (value != Change::folded(sum) && !(known && value == Change::folded(with_length)))
    return false;
  return !datagram.part.whole() || checksum_of(edits, datagram, field, true) != 0;
}

Change recompute(Edits& edits, const Datagram& datagram, const ChecksumField& field) noexcept {
  const uint32_t at = datagram.at + field.offset;
  if (field.kind == Kind::kCrc32c) {
    return datagram.part.has(at, 4) ? recompute_crc(edits, datagram, at) : Change();
  }
  const uint16_t checksum = checksum_of(edits, datagram, field, false);
  const bool avoid_zero = checksum == 0 && datagram.protocol == packet::kIpUdp;
  return edits.put_word(at, avoid_zero ? uint16_t{0xffff} : checksum);
}

Change update_crc(Edits& edits, const Datagram& datagram, uint32_t field,
                  const std::array<uint8_t, 4>& ports_before) noexcept {
  const uint32_t crc = load_le32(edits.at(field));
  const uint64_t after = datagram.part.wire_end - datagram.at - 4;
  if (crc == 0 || datagram.fragment || datagram.part.wire_end == Part::kUnknown) return {};
  const uint32_t changed = load_le32(ports_before.data()) ^ load_le32(edits.at(datagram.at));
  if (changed == 0) return {};
  uint8_t difference[4];
  store_le(difference, changed);
  uint8_t bytes[4];
  store_le(bytes, crc ^ crc32c_change(difference, after));
  return edits.put(field, bytes, 4);
}

}  // namespace gophercap::rewrite
