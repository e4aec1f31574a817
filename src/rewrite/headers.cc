#include "rewrite/headers.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "packet/layers.h"
#include "packet/link_type.h"
#include "rewrite/checksum.h"
#include "rewrite/ipv6_options.h"

namespace gophercap::rewrite {
namespace {

using packet::Layer;
using Kind = Header::Kind;

constexpr uint8_t kIpInIp = 4;
constexpr uint8_t kIpv6InIp = 41;
constexpr uint8_t kGreProtocol = 47;
constexpr uint16_t kEtherBridged = 0x6558;  // Ethernet in GRE and GENEVE
constexpr uint32_t kLinkTypeIpv4 = 228;
constexpr uint32_t kLinkTypeIpv6 = 229;
constexpr uint32_t kMostTunnels = 8;

// The contents of a tunnel and their offset.
struct Inside {
  bool found = false;
  uint32_t link_type = 0;
  uint32_t offset = 0;
};

Inside by_ether_type(uint16_t type, uint32_t offset) noexcept {
  switch (type) {
    case kEtherBridged:
      return {true, packet::kLinkTypeEthernet, offset};
    case packet::kEtherIpv4:
      return {true, kLinkTypeIpv4, offset};
    case packet::kEtherIpv6:
      return {true, kLinkTypeIpv6, offset};
    default:
      return {};
  }
}

// Returns whether there is a source route that is not completed. Checksums then contain its last
// address.
bool has_route_ahead(const uint8_t* header, uint32_t bytes) noexcept {
  constexpr uint8_t kLooseRoute = 131;
  constexpr uint8_t kStrictRoute = 137;
  for (uint32_t at = 20; at < bytes;) {
    const uint8_t type = header[at];
    if (type == 0) return false;
    if (type == 1) {
      ++at;
      continue;
    }
    if (bytes - at < 3 || header[at + 1] < 2) return false;
    if ((type == kLooseRoute || type == kStrictRoute) && header[at + 2] <= header[at + 1])
      return true;
    at += header[at + 1];
  }
  return false;
}

class Reader {
 public:
  Reader(const packet::Frame& frame, Depth depth) noexcept : data_(frame.data), depth_(depth) {
    found_.end = frame.bytes;
  }

  Headers read(uint32_t link_type) noexcept {
    Inside inside{true, link_type, 0};
    for (uint32_t tunnels = 0; inside.found && tunnels <= kMostTunnels; ++tunnels) {
      const uint32_t before = found_.count;
      walk(inside);
      if (depth_ == Depth::kOutermostIp || stopped_ || found_.count == before) break;
      inside = tunnel();
    }
    return found_;
  }

 private:
  uint32_t left(uint32_t offset) const noexcept {
    return found_.end - std::min(found_.end, offset);
  }

  void walk(const Inside& inside) noexcept {
    packet::walk_layers(data_ + inside.offset, left(inside.offset), inside.link_type,
                        [&](Layer layer) noexcept {
                          layer.offset += inside.offset;
                          return visit(layer);
                        });
  }

  bool stop() noexcept {
    stopped_ = true;
    return false;
  }

  bool visit(const Layer& layer) noexcept {
    const bool transport = layer.kind > Layer::Kind::kIpv6Extension;
    if (transport && (depth_ == Depth::kOutermostIp || found_.fragment)) return stop();
    // The walk does not know where an IP packet ends.
    if (!layer.whole || layer.header_bytes > left(layer.offset)) {
      found_.complete = false;
      return stop();
    }
    const uint8_t* const at = data_ + layer.offset;
    switch (layer.kind) {
      case Layer::Kind::kPppoe:
        return add(Kind::kPppoe, layer) && ends_at(layer.offset + 6 + load_be16(at + 4));
      case Layer::Kind::kIpv4:
        return add(Kind::kIpv4, layer) && enter_ipv4(at, layer);
      case Layer::Kind::kIpv6:
        return add(Kind::kIpv6, layer) && enter_ipv6(at, layer);
      case Layer::Kind::kIpv6Extension:
        return add(Kind::kIpv6Extension, layer) && enter_extension(at, layer);
      case Layer::Kind::kTcp:
        // The walk replaces a length below the minimum by the minimum.
        if (at[12] >> 4 < 5) found_.complete = false;
        return add(Kind::kTcp, layer);
      case Layer::Kind::kUdp:
        return add(Kind::kUdp, layer) && enter_udp(at, layer);
      default:
        return !transport || stop();
    }
  }

  bool add(Kind kind, const Layer& layer) noexcept {
    if (found_.count == Headers::kMost) {
      found_.complete = false;
      return stop();
    }
    found_.list[found_.count++] = {kind, static_cast<uint8_t>(layer.id), layer.offset,
                                   layer.header_bytes};
    found_.payload = layer.offset + layer.header_bytes;
    return true;
  }

  // Always true.
  bool ends_at(uint64_t end) noexcept {
    if (end > found_.end || end < found_.payload) {
      found_.complete = false;
    } else {
      found_.end = static_cast<uint32_t>(end);
    }
    return true;
  }

  bool enter_ipv4(const uint8_t* at, const Layer& layer) noexcept {
    const uint16_t total = load_be16(at + 2);
    if (total != 0) ends_at(uint64_t{layer.offset} + total);
    found_.fragment = (load_be16(at + 6) & 0x3fff) != 0;
    found_.bound = found_.bound || has_route_ahead(at, layer.header_bytes);
    next_ = at[9];
    return true;
  }

  bool enter_ipv6(const uint8_t* at, const Layer& layer) noexcept {
    const uint16_t length = load_be16(at + 4);
    if (length != 0) ends_at(uint64_t{layer.offset} + 40 + length);
    ipv6_ = layer.offset;
    no_length_ = length == 0;
    found_.fragment = false;
    next_ = at[6];
    return true;
  }

  bool enter_extension(const uint8_t* at, const Layer& layer) noexcept {
    const Ipv6Extension extension = look_at_extension(layer.id, at, layer.header_bytes);
    if (extension.jumbo_bytes && no_length_) ends_at(uint64_t{ipv6_} + 40 + *extension.jumbo_bytes);
    found_.fragment = found_.fragment || layer.id == packet::kIpFragment;
    found_.bound = found_.bound || extension.bound;
    next_ = at[0];
    return true;
  }

  bool enter_udp(const uint8_t* at, const Layer& layer) noexcept {
    const uint16_t length = load_be16(at + 4);
    if (length != 0) ends_at(uint64_t{layer.offset} + length);
    return true;
  }

  Inside tunnel() noexcept {
    const Header* const last = found_.innermost();
    if (last == nullptr || found_.fragment) return {};
    if (last->kind == Kind::kUdp) return udp_tunnel(*last);
    if (last->kind == Kind::kTcp) return {};
    if (next_ == kIpInIp) return {true, kLinkTypeIpv4, found_.payload};
    if (next_ == kIpv6InIp) return {true, kLinkTypeIpv6, found_.payload};
    return next_ == kGreProtocol ? gre() : Inside{};
  }

  // VXLAN (RFC 7348) on its port and on the one that Linux used first, and GENEVE (RFC 8926).
  Inside udp_tunnel(const Header& udp) const noexcept {
    const uint16_t port = load_be16(data_ + udp.offset + 2);
    const uint32_t offset = udp.offset + 8;
    if (left(offset) < 8) return {};
    const uint8_t* const at = data_ + offset;
    if (port == 4789 || port == 8472) {
      return (at[0] & 0x08) != 0 ? Inside{true, packet::kLinkTypeEthernet, offset + 8} : Inside{};
    }
    if (port != 6081 || at[0] >> 6 != 0) return {};
    const uint32_t bytes = 8 + (at[0] & 0x3fu) * 4;
    return left(offset) < bytes ? Inside{} : by_ether_type(load_be16(at + 2), offset + bytes);
  }

  // RFC 2784 and RFC 2890.
  Inside gre() noexcept {
    constexpr uint16_t kChecksum = 0x8000;
    constexpr uint16_t kKey = 0x2000;
    constexpr uint16_t kSequence = 0x1000;
    const uint32_t offset = found_.payload;
    if (left(offset) < 4) return {};
    const uint16_t flags = load_be16(data_ + offset);
    if ((flags & ~(kChecksum | kKey | kSequence)) != 0) return {};
    const uint32_t bytes = 4 + ((flags & kChecksum) != 0 ? 4u : 0u) +
                           ((flags & kKey) != 0 ? 4u : 0u) + ((flags & kSequence) != 0 ? 4u : 0u);
    const Inside inside = by_ether_type(load_be16(data_ + offset + 2), offset + bytes);
    if (left(offset) < bytes || !inside.found) return {};
    found_.bound = found_.bound || (flags & kSequence) != 0;
    return add(Kind::kGre, {.offset = offset, .header_bytes = bytes}) ? inside : Inside{};
  }

  const uint8_t* const data_;
  const Depth depth_;
  Headers found_{};
  bool stopped_ = false;
  bool no_length_ = false;  // the last IPv6 header has no length
  uint32_t ipv6_ = 0;       // offset of the last IPv6 header
  uint8_t next_ = 0;        // protocol after the last header of IP
};

// Adds the pseudo header of TCP and UDP to the sum (RFC 9293, RFC 8200).
void add_pseudo_header(const uint8_t* packet, const Headers& headers, uint32_t index,
                       uint8_t protocol, uint32_t length, InternetSum& sum) noexcept {
  const Header* const ip = ip_of(headers, index);
  if (ip == nullptr) return;
  if (ip->kind == Kind::kIpv4) {
    sum.add(packet + ip->offset + 12, 8);
  } else {
    const uint8_t* destination = packet + ip->offset + 24;
    for (const Header* h = ip + 1; h < &headers.list[index]; ++h) {
      if (const uint8_t* end = end_of_route(h->protocol, packet + h->offset, h->bytes))
        destination = end;
    }
    sum.add(packet + ip->offset + 8, 16);
    sum.add(destination, 16);
  }
  sum.add_word(static_cast<uint16_t>(length >> 16));
  sum.add_word(static_cast<uint16_t>(length));
  sum.add_word(protocol);
}

uint16_t transport_checksum(const uint8_t* packet, uint32_t bytes, const Headers& headers,
                            uint32_t index, uint8_t protocol) noexcept {
  const Header& header = headers.list[index];
  InternetSum sum;
  add_pseudo_header(packet, headers, index, protocol, bytes - header.offset, sum);
  sum.add(packet + header.offset, bytes - header.offset);
  return sum.checksum();
}

}  // namespace

Headers headers_of(const packet::Frame& frame, Depth depth) noexcept {
  return Reader(frame, depth).read(frame.link_type);
}

const Header* ip_of(const Headers& headers, uint32_t index) noexcept {
  while (index-- > 0) {
    const Header& header = headers.list[index];
    if (header.kind == Kind::kIpv4 || header.kind == Kind::kIpv6) return &header;
  }
  return nullptr;
}

uint32_t longest_packet(const Headers& headers, uint32_t bytes) noexcept {
  return headers.count == 0 ? bytes : std::min(bytes, headers.list[0].offset + 0xffffu);
}

void seal(uint8_t* packet, uint32_t bytes, const Headers& headers) noexcept {
  // Inner headers are sealed first, because outer checksums include them.
  for (uint32_t i = headers.count; i-- > 0;) {
    const Header& header = headers.list[i];
    uint8_t* const at = packet + header.offset;
    const auto length = static_cast<uint16_t>(bytes - header.offset);
    switch (header.kind) {
      case Kind::kPppoe:
        store_be16(at + 4, static_cast<uint16_t>(length - header.bytes));
        break;
      case Kind::kIpv4:
        store_be16(at + 2, length);
        store_be16(at + 10, 0);
        store_be16(at + 10, internet_checksum(at, header.bytes));
        break;
      case Kind::kIpv6:
        store_be16(at + 4, static_cast<uint16_t>(length - header.bytes));
        break;
      case Kind::kIpv6Extension:
        break;
      case Kind::kGre:
        if ((at[0] & 0x80) == 0) break;
        store_be16(at + 4, 0);
        store_be16(at + 4, internet_checksum(at, length));
        break;
      case Kind::kUdp: {
        store_be16(at + 4, length);
        if (load_be16(at + 6) == 0) break;  // no checksum is used
        store_be16(at + 6, 0);
        const uint16_t sum =
            transport_checksum(packet, bytes, headers, i, packet::IpProtocol::kIpUdp);
        store_be16(at + 6, sum == 0 ? uint16_t{0xffff} : sum);
        break;
      }
      case Kind::kTcp:
        store_be16(at + 16, 0);
        store_be16(at + 16,
                   transport_checksum(packet, bytes, headers, i, packet::IpProtocol::kIpTcp));
        break;
    }
  }
}

bool Prologue::copy(const uint8_t* packet, const Headers& original) noexcept {
  if (original.payload > kMostBytes) return false;
  headers = original;
  headers.count = 0;
  uint32_t copied = 0;   // bytes of the packet
  uint32_t removed = 0;  // of these, bytes left out
  for (const Header& header : original.all()) {
    const bool options =
        header.kind == Kind::kIpv6Extension && header.protocol == packet::kIpHopByHop;
    const uint32_t end = header.offset + header.bytes;
    std::memcpy(bytes.data() + copied - removed, packet + copied, end - copied);
    copied = end;
    uint8_t* const at = bytes.data() + header.offset - removed;
    if (options && is_only_jumbo(at, header.bytes)) {
      const Header& front = headers.list[headers.count - 1];
      bytes[front.offset + (front.kind == Kind::kIpv6 ? 6 : 0)] = at[0];
      removed += header.bytes;
      continue;
    }
    if (options) blank_jumbo(at, header.bytes);
    headers.list[headers.count] = header;
    headers.list[headers.count++].offset -= removed;
  }
  std::memcpy(bytes.data() + copied - removed, packet + copied, original.payload - copied);
  headers.payload = original.payload - removed;
  headers.end = original.end - removed;
  return true;
}

}  // namespace gophercap::rewrite
