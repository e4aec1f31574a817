// Prints what packet/layers.h finds in captures: a line for each packet, which
// tests/corpus/layers.py holds against tshark. usage: print_layers CAPTURE...
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "capture/capture_reader.h"
#include "capture/packet_loop.h"
#include "io/open.h"
#include "packet/layers.h"

namespace {

using namespace gophercap;
using Kind = packet::Layer::Kind;

// As tshark calls them.
const char* name_of(const packet::Layer& layer) {
  switch (layer.kind) {
    case Kind::kNone:
      break;
    case Kind::kEthernet:
      return "eth";
    case Kind::kLinuxCooked:
    case Kind::kLinuxCooked2:
      return "sll";
    case Kind::kLoopback:
      return "null";
    case Kind::kPpp:
      return "ppp";
    case Kind::kCiscoHdlc:
      return "chdlc";
    case Kind::kRadiotap:
      return "radiotap";
    case Kind::kWifi:
      return "wlan";
    case Kind::kLlc:
      return "llc";
    case Kind::kVlan:
      return layer.id == packet::kEtherVlanService ? "ieee8021ad" : "vlan";
    case Kind::kMpls:
      return "mpls";
    case Kind::kPppoe:
      return "pppoes";
    case Kind::kIpv4:
      return "ip";
    case Kind::kIpv6:
      return "ipv6";
    case Kind::kIpv6Extension:
      return "extension";
    case Kind::kTcp:
      return "tcp";
    case Kind::kUdp:
      return "udp";
    case Kind::kSctp:
      return "sctp";
    case Kind::kDccp:
      return "dccp";
  }
  return "?";
}

std::string in_hex(const uint8_t* bytes, uint32_t n) {
  std::string text;
  for (uint32_t i = 0; i < n; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

// Link type, names, first pair of addresses, ports and the packet itself, by tabs.
void print(const packet::PacketView& p, uint32_t link_type) {
  std::string names;
  std::string addresses;
  std::string ports;
  packet::walk_layers(p.data, p.captured_bytes, link_type, [&](const packet::Layer& layer) {
    const uint8_t* at = p.data + layer.offset;
    names += fmt::format("{}{}", names.empty() ? "" : ":", name_of(layer));
    if (layer.kind == Kind::kIpv4) addresses = in_hex(at + 12, 4) + ">" + in_hex(at + 16, 4);
    if (layer.kind == Kind::kIpv6) addresses = in_hex(at + 8, 16) + ">" + in_hex(at + 24, 16);
    if (layer.kind >= Kind::kTcp) ports = fmt::format("{}>{}", load_be16(at), load_be16(at + 2));
    return true;
  });
  fmt::print("{}\t{}\t{}\t{}\t{}\n", link_type, names, addresses, ports,
             in_hex(p.data, p.captured_bytes));
}

int print_capture(const char* path) {
  fmt::print("# {}\n", path);
  auto input = io::open_input(path, {});
  if (!input) return 0;
  const auto reader = capture::open_capture(std::move(input->source));
  if (!reader) return 0;
  const auto batch = std::make_unique<capture::PacketBatch>();
  capture::for_each_packet(**reader, *batch, {},
                           [](const packet::PacketView& packet, uint32_t link_type) {
                             print(packet, link_type);
                             return true;
                           });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) print_capture(argv[i]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "print_layers: %s\n", e.what());
    return 1;
  }
  return 0;
}
