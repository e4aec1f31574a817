#include "rewrite/fit/segment.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "base/bytes.h"

namespace gophercap::rewrite {
namespace {

using Kind = Header::Kind;

// A frame must have space for at least this much payload.
constexpr uint32_t kLeastRoom = 8;

// Flags in the byte after the data offset.
constexpr uint8_t kFin = 0x01;
constexpr uint8_t kSyn = 0x02;
constexpr uint8_t kRst = 0x04;
constexpr uint8_t kPsh = 0x08;
constexpr uint8_t kUrg = 0x20;
constexpr uint8_t kCwr = 0x80;

uint64_t mixed(uint64_t value) noexcept {
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdu;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53u;
  return value ^ (value >> 33);
}

uint64_t hash_of(const uint8_t* address, uint32_t bytes, uint16_t port) noexcept {
  uint64_t hash = port;
  for (uint32_t at = 0; at < bytes; at += 4) hash = mixed(hash ^ load_le32(address + at)) + at;
  return hash;
}

// One of the parts of a packet. `at` is the offset of its payload in that of the packet.
struct Part {
  uint32_t number;
  uint32_t at;
  bool last;
};

void set_flags(uint8_t* tcp, const Part& part) noexcept {
  uint8_t flags = tcp[13];
  if (!part.last) flags &= static_cast<uint8_t>(~(kFin | kPsh));
  if (part.number > 0) flags &= static_cast<uint8_t>(~kCwr);
  if ((flags & kUrg) != 0) {
    // The urgent pointer is relative to the first byte of its segment.
    const uint16_t urgent = load_be16(tcp + 18);
    const bool ahead = urgent > part.at;
    store_be16(tcp + 18, static_cast<uint16_t>(ahead ? urgent - part.at : 0));
    if (!ahead) flags &= static_cast<uint8_t>(~kUrg);
  }
  tcp[13] = flags;
}

void number(uint8_t* packet, const Headers& headers, const Part& part) noexcept {
  for (const Header& header : headers.all()) {
    uint8_t* const at = packet + header.offset;
    if (header.kind == Kind::kIpv4) {
      store_be16(at + 4, static_cast<uint16_t>(load_be16(at + 4) + part.number));
    } else if (header.kind == Kind::kTcp) {
      store_be32(at + 4, load_be32(at + 4) + part.at);
      set_flags(at, part);
    }
  }
}

// Returns the size of the TCP payload of each segment. `room` is the space for it in a frame.
uint32_t tcp_part_bytes(const uint8_t* packet, const Headers& headers, const SegmentSizes& sizes,
                        uint32_t room) noexcept {
  const SegmentSize known = sizes.of(connection_of(packet, headers));
  if (known.mss > 0) {
    // An MSS does not account for the options of a segment (RFC 6691).
    const uint32_t options = headers.innermost()->bytes - 20;
    const uint32_t payload = known.mss > options ? known.mss - options : 0;
    return std::min(room, std::max(payload, kSmallestMss));
  }
  if (known.largest == 0) return room;
  return std::min(room, std::max<uint32_t>(known.largest, kDefaultMss));
}

// Returns the size of the datagrams of which a UDP payload consists; 0 if that is not evident. In
// all packets of a QUIC connection, the same connection ID follows the first byte, of which two
// bits are not encrypted (RFC 9000). Eight such bytes at equal distances are not a coincidence.
uint32_t datagram_bytes(std::span<const uint8_t> payload) noexcept {
  constexpr size_t kIdBytes = 8;
  constexpr uint8_t kFormBits = 0xc0;
  constexpr uint8_t kFixedBit = 0x40;
  constexpr size_t kLeast = 64;
  if (payload.size() <= kLeast + kIdBytes || (payload[0] & kFixedBit) == 0) return 0;
  const auto begins_at = [&](size_t at) noexcept {
    return ((payload[at] ^ payload[0]) & kFormBits) == 0 &&
           std::equal(&payload[1], &payload[1] + kIdBytes, &payload[at] + 1);
  };
  size_t size = 1;
  while (size + kIdBytes < payload.size() && !begins_at(size)) ++size;
  // Bytes that repeat at shorter distances are not an ID.
  if (size < kLeast || size + kIdBytes >= payload.size()) return 0;
  for (size_t at = size; at < payload.size(); at += size) {
    if (payload.size() - at <= kIdBytes || !begins_at(at)) return 0;
  }
  return static_cast<uint32_t>(size);
}

Refusal check(const packet::Frame& frame, const Headers& headers, uint32_t most_bytes) noexcept {
  if (frame.original_bytes > frame.bytes) return Refusal::kCut;
  const Header* const last = headers.innermost();
  if (last == nullptr) return Refusal::kContents;
  if (!headers.complete) return Refusal::kLengths;
  if (headers.fragment || headers.bound) return Refusal::kBound;
  if (last->kind != Kind::kTcp && last->kind != Kind::kUdp) return Refusal::kContents;
  // Packets that begin or reset a connection cannot be divided.
  if (last->kind == Kind::kTcp && (frame.data[last->offset + 13] & (kSyn | kRst)) != 0)
    return Refusal::kBound;
  // If the IP packet itself fits, bytes after it make the frame too long.
  return headers.end <= most_bytes ? Refusal::kLengths : Refusal::kNone;
}

}  // namespace

Connection connection_of(const uint8_t* packet, const Headers& headers) noexcept {
  const Header* const ip = ip_of(headers, headers.count - 1);
  if (ip == nullptr) return {};
  const bool ipv4 = ip->kind == Kind::kIpv4;
  const uint32_t bytes = ipv4 ? 4 : 16;
  const uint8_t* const addresses = packet + ip->offset + (ipv4 ? 12 : 8);
  const uint8_t* const ports = packet + headers.innermost()->offset;
  uint64_t source = hash_of(addresses, bytes, load_be16(ports));
  uint64_t destination = hash_of(addresses + bytes, bytes, load_be16(ports + 2));
  const bool forward = source < destination;
  if (!forward) std::swap(source, destination);
  return {mixed(source) ^ destination, forward};
}

Refusal segment(const packet::Frame& frame, uint32_t most_bytes, const SegmentSizes& sizes,
                packet::FrameList& out) {
  const Headers headers = headers_of(frame, Depth::kInnermost);
  if (const Refusal refusal = check(frame, headers, most_bytes); refusal != Refusal::kNone)
    return refusal;
  Prologue prologue;
  if (!prologue.copy(frame.data, headers)) return Refusal::kNoRoom;
  const uint32_t longest = longest_packet(prologue.headers, most_bytes);
  if (longest < prologue.size() + kLeastRoom) return Refusal::kNoRoom;
  const uint32_t room = longest - prologue.size();
  const std::span<const uint8_t> payload(frame.data + headers.payload,
                                         headers.end - headers.payload);
  if (payload.empty()) return Refusal::kNoRoom;  // its headers alone are too long
  uint32_t size = 0;
  if (headers.innermost()->kind == Kind::kTcp) {
    size = tcp_part_bytes(frame.data, headers, sizes, room);
  } else {
    size = datagram_bytes(payload);
    if (size == 0) return Refusal::kContents;
    if (size > room) return Refusal::kNoRoom;
  }
  const auto all = static_cast<uint32_t>(payload.size());
  for (Part part{0, 0, false}; part.at < all; ++part.number, part.at += size) {
    const uint32_t bytes = std::min(size, all - part.at);
    part.last = bytes == all - part.at;
    packet::Frame made = frame;
    made.bytes = made.original_bytes = prologue.size() + bytes;
    uint8_t* const data = out.add_made(made);
    std::memcpy(data, prologue.bytes.data(), prologue.size());
    std::memcpy(data + prologue.size(), payload.data() + part.at, bytes);
    number(data, prologue.headers, part);
    seal(data, made.bytes, prologue.headers);
  }
  return Refusal::kNone;
}

}  // namespace gophercap::rewrite
