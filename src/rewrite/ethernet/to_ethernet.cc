#include "rewrite/ethernet/to_ethernet.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "packet/layers.h"

namespace gophercap::rewrite {
namespace {

using packet::Layer;

// The station addresses that the packet contains.
struct Stations {
  std::optional<MacAddress> source{};
  std::optional<MacAddress> destination{};
};

// RFC 826, for IPv4 over Ethernet.
Stations stations_of_arp(const uint8_t* arp, uint32_t bytes) noexcept {
  constexpr MacAddress kNone{};
  constexpr uint16_t kRequest = 1;
  if (bytes < 28 || arp[4] != 6 || arp[5] != 4) return {};
  MacAddress sender{};
  MacAddress target{};
  std::memcpy(sender.data(), arp + 8, 6);
  std::memcpy(target.data(), arp + 18, 6);
  if (load_be16(arp + 6) == kRequest) target = kBroadcast;
  Stations stations;
  if (sender != kNone) stations.source = sender;
  if (target != kNone) stations.destination = target;
  return stations;
}

Stations stations_of(const uint8_t* frame, uint32_t bytes) noexcept {
  constexpr uint16_t kArp = 0x0806;
  if (load_be16(frame + 12) == kArp)
    return stations_of_arp(frame + packet::kEthernetHeaderBytes,
                           bytes - packet::kEthernetHeaderBytes);
  Stations stations;
  packet::walk_layers(frame, bytes, packet::kLinkTypeEthernet, [&](const Layer& layer) {
    const uint8_t* const at = frame + layer.offset;
    if (layer.kind == Layer::Kind::kIpv4) {
      stations = {mac_of_ipv4(at + 12), mac_of_ipv4(at + 16)};
      return false;
    }
    if (layer.kind == Layer::Kind::kIpv6) {
      stations = {mac_of_ipv6(at + 8), mac_of_ipv6(at + 24)};
      return false;
    }
    return true;
  });
  return stations;
}

void fill_addresses(uint8_t* frame, uint32_t bytes, const EthernetForm& form,
                    const MacChoice& choice) noexcept {
  Stations known;
  if (!form.has_source || !form.has_destination) known = stations_of(frame, bytes);
  if (choice.destination || !form.has_destination) {
    const MacAddress address =
        choice.destination.value_or(known.destination.value_or(kUnknownDestination));
    std::memcpy(frame, address.data(), address.size());
  }
  if (choice.source || !form.has_source) {
    const MacAddress address = choice.source.value_or(known.source.value_or(kUnknownSource));
    std::memcpy(frame + 6, address.data(), address.size());
  }
}

void add_frame(const packet::Frame& packet, const EthernetForm& form, const MacChoice& choice,
               packet::FrameList& out) {
  const uint32_t captured = std::max(std::min(form.end, packet.bytes), form.begin) - form.begin;
  packet::Frame frame{.bytes = form.header_bytes + captured,
                      .original_bytes = form.header_bytes + (form.end - form.begin)};
  if (form.header_bytes == 0) {
    frame.data = packet.data + form.begin;
    out.add(frame);
    return;
  }
  uint8_t* const to = out.add_made(frame);
  std::memcpy(to, form.header.data(), form.header_bytes);
  if (captured > 0) std::memcpy(to + form.header_bytes, packet.data + form.begin, captured);
  fill_addresses(to, frame.bytes, form, choice);
}

// IEEE 802.11-2020, 9.3.2.2: addresses, length and LLC of each packet, padded to four bytes.
std::optional<packet::LeftOut> add_subframes(const packet::Frame& packet,
                                             const EthernetForm& aggregate, const MacChoice& choice,
                                             packet::FrameList& out) {
  constexpr uint32_t kHeaderBytes = 14;
  const uint32_t end = std::min(packet.bytes, aggregate.end);
  // All of them are checked first, since a packet must not be added in part.
  for (const bool adds : {false, true}) {
    uint32_t at = aggregate.begin;
    while (at < end) {
      const uint8_t* const header = packet.data + at;
      if (end - at < kHeaderBytes + 8) return packet::LeftOut::kIncomplete;
      const uint32_t length = load_be16(header + 12);
      const uint32_t llc = at + kHeaderBytes;
      if (length < 8 || length > aggregate.end - llc) return packet::LeftOut::kIncomplete;
      const uint8_t* const snap = packet.data + llc;
      const bool is_snap = load_be32(snap) == 0xaaaa0300 && (load_be16(snap + 4) & ~0xf8u) == 0;
      if (!is_snap || load_be16(snap + 6) < 0x600) return packet::LeftOut::kProtocol;
      if (adds) {
        EthernetForm form{
            .begin = llc + 8, .end = llc + length, .has_destination = true, .has_source = true};
        std::memcpy(form.header.data(), header, 12);
        std::memcpy(form.header.data() + 12, snap + 6, 2);
        add_frame(packet, form, choice, out);
      }
      at = llc + (length + 3) / 4 * 4;
    }
    if (at == aggregate.begin || aggregate.end > at) return packet::LeftOut::kIncomplete;
  }
  return std::nullopt;
}

}  // namespace

std::optional<packet::LeftOut> to_ethernet(const packet::Frame& packet, const MacChoice& choice,
                                           packet::FrameList& out) {
  if (packet.link_type == packet::kLinkTypeEthernet) {
    out.add(packet);
    return std::nullopt;
  }
  const auto form = ethernet_form(packet);
  if (!form) return form.error();
  if (form->aggregate) return add_subframes(packet, *form, choice, out);
  add_frame(packet, *form, choice, out);
  return std::nullopt;
}

}  // namespace gophercap::rewrite
