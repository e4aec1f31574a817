// Builds packets header by header; lengths and checksums are computed the slow way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "packet/frame.h"
#include "packet/frame_step.h"

namespace gophercap::rewrite {

using Bytes = std::vector<uint8_t>;

struct Ipv4Fields {
  uint8_t protocol = 6;
  uint16_t id = 0xfffe;        // the next but one is 0
  uint16_t fragment = 0x4000;  // flags and offset
  Bytes options{};
};
struct TcpFields {
  uint32_t seq = 0xfffff000;
  uint8_t flags = 0x10;
  Bytes options{};
  uint16_t urgent = 0;
  uint16_t source_port = 40000;
  uint16_t destination_port = 443;
};

inline void put16(Bytes& bytes, size_t at, size_t value) {
  bytes[at] = static_cast<uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<uint8_t>(value);
}
inline uint16_t get16(const Bytes& bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

class Packet {
 public:
  Packet& eth(uint16_t type) {
    return add(Kind::kOther, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, hi(type), lo(type)});
  }
  Packet& vlan(uint16_t type) { return add(Kind::kOther, {0x00, 0x07, hi(type), lo(type)}); }
  Packet& mpls(bool bottom) {
    return add(Kind::kOther, {0, 1, static_cast<uint8_t>(bottom ? 1 : 0), 64});
  }
  Packet& pppoe(uint16_t protocol) {
    return add(Kind::kPppoe, {0x11, 0, 0, 9, 0, 0, hi(protocol), lo(protocol)});
  }
  Packet& ip4(const Ipv4Fields& f = {}) {
    Bytes h = {static_cast<uint8_t>(0x45 + f.options.size() / 4),
               0,
               0,
               0,
               hi(f.id),
               lo(f.id),
               hi(f.fragment),
               lo(f.fragment),
               64,
               f.protocol,
               0,
               0,
               10,
               0,
               0,
               1,
               10,
               0,
               0,
               2};
    h.insert(h.end(), f.options.begin(), f.options.end());
    return add(Kind::kIpv4, std::move(h));
  }
  Packet& ip6(uint8_t next) {
    Bytes h(40, 0);
    h[0] = 0x60;
    h[6] = next;
    h[7] = 64;
    h[8] = h[24] = 0xfd;
    h[23] = 1;
    h[39] = 2;
    return add(Kind::kIpv6, std::move(h));
  }
  // An extension header, or anything else that has no length and checksum.
  Packet& raw(Bytes header) { return add(Kind::kOther, std::move(header)); }
  Packet& tcp(const TcpFields& f = {}) {
    Bytes h(20, 0);
    put16(h, 0, f.source_port);
    put16(h, 2, f.destination_port);
    put16(h, 4, f.seq >> 16);
    put16(h, 6, f.seq & 0xffff);
    h[12] = static_cast<uint8_t>((5 + f.options.size() / 4) << 4);
    h[13] = f.flags;
    h[14] = 0x10;
    put16(h, 18, f.urgent);
    h.insert(h.end(), f.options.begin(), f.options.end());
    return add(Kind::kTcp, std::move(h));
  }
  Packet& udp(uint16_t port, bool checksum = true) {
    return add(Kind::kUdp,
               {0xc0, 0, hi(port), lo(port), 0, 0, 0, static_cast<uint8_t>(checksum ? 1 : 0)});
  }
  Packet& vxlan() { return add(Kind::kOther, {8, 0, 0, 0, 0, 0, 5, 0}); }
  Packet& geneve(uint16_t type, uint8_t option_words) {
    Bytes h(8 + option_words * size_t{4}, 0);
    h[0] = option_words;
    put16(h, 2, type);
    return add(Kind::kOther, std::move(h));
  }
  Packet& gre(uint16_t type, bool checksum, bool key) {
    Bytes h = {static_cast<uint8_t>((checksum ? 0x80 : 0) | (key ? 0x20 : 0)), 0, hi(type),
               lo(type)};
    h.resize(4 + (checksum ? 4u : 0u) + (key ? 4u : 0u), 0);
    return add(Kind::kGre, std::move(h));
  }

  size_t header_bytes() const {
    size_t sum = 0;
    for (const Part& part : parts_) sum += part.header.size();
    return sum;
  }
  // Where the n-th header that was added begins.
  size_t offset(size_t n) const {
    size_t sum = 0;
    for (size_t i = 0; i < n; ++i) sum += parts_[i].header.size();
    return sum;
  }

  Bytes with(const Bytes& payload) const {
    Bytes all;
    for (const Part& part : parts_) all.insert(all.end(), part.header.begin(), part.header.end());
    all.insert(all.end(), payload.begin(), payload.end());
    for (size_t i = parts_.size(); i-- > 0;) seal(all, i);
    return all;
  }

  static uint16_t sum(const Bytes& bytes, size_t from, size_t to, const Bytes& pseudo = {}) {
    uint32_t total = 0;
    const auto add_all = [&](const Bytes& part, size_t begin, size_t end) {
      for (size_t i = begin; i < end; i += 2) {
        total += uint32_t{part[i]} << 8 | (i + 1 < end ? part[i + 1] : 0u);
        total = (total & 0xffff) + (total >> 16);
      }
    };
    add_all(pseudo, 0, pseudo.size());
    add_all(bytes, from, to);
    return static_cast<uint16_t>(~total);
  }

  // Writes the lengths and the checksum of the n-th header, as everything else is.
  void seal(Bytes& all, size_t i) const {
    const size_t at = offset(i);
    const size_t length = all.size() - at;
    switch (parts_[i].kind) {
      case Kind::kOther:
        break;
      case Kind::kPppoe:
        put16(all, at + 4, length - 6);
        break;
      case Kind::kIpv4:
        put16(all, at + 2, length);
        put16(all, at + 10, 0);
        put16(all, at + 10, sum(all, at, at + parts_[i].header.size()));
        break;
      case Kind::kIpv6:
        put16(all, at + 4, length - 40);
        break;
      case Kind::kGre:
        if ((all[at] & 0x80) == 0) break;
        put16(all, at + 4, 0);
        put16(all, at + 4, sum(all, at, all.size()));
        break;
      case Kind::kUdp:
        put16(all, at + 4, length);
        if (get16(all, at + 6) == 0) break;
        put16(all, at + 6, 0);
        put16(all, at + 6, sum(all, at, all.size(), pseudo_header(all, i, length)));
        if (get16(all, at + 6) == 0) put16(all, at + 6, 0xffff);
        break;
      case Kind::kTcp:
        put16(all, at + 16, 0);
        put16(all, at + 16, sum(all, at, all.size(), pseudo_header(all, i, length)));
        break;
    }
  }

 private:
  enum class Kind : uint8_t { kOther, kPppoe, kIpv4, kIpv6, kGre, kUdp, kTcp };
  struct Part {
    Kind kind;
    Bytes header;
  };
  static uint8_t hi(uint16_t v) { return static_cast<uint8_t>(v >> 8); }
  static uint8_t lo(uint16_t v) { return static_cast<uint8_t>(v); }
  Packet& add(Kind kind, Bytes header) {
    parts_.push_back({kind, std::move(header)});
    return *this;
  }

  Bytes pseudo_header(const Bytes& all, size_t i, size_t length) const {
    const bool tcp = parts_[i].kind == Kind::kTcp;
    while (parts_[i].kind != Kind::kIpv4 && parts_[i].kind != Kind::kIpv6) --i;
    const size_t ip = offset(i);
    const size_t from = parts_[i].kind == Kind::kIpv4 ? 12 : 8;
    const size_t bytes = parts_[i].kind == Kind::kIpv4 ? 8 : 32;
    Bytes pseudo(all.begin() + static_cast<ptrdiff_t>(ip + from),
                 all.begin() + static_cast<ptrdiff_t>(ip + from + bytes));
    pseudo.insert(pseudo.end(),
                  {static_cast<uint8_t>(length >> 24), static_cast<uint8_t>(length >> 16),
                   static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length), 0, 0, 0,
                   static_cast<uint8_t>(tcp ? 6 : 17)});
    return pseudo;
  }

  std::vector<Part> parts_;
};

// Bytes that differ from place to place.
inline Bytes payload_of(size_t bytes) {
  Bytes payload(bytes);
  for (size_t i = 0; i < bytes; ++i) payload[i] = static_cast<uint8_t>(i * 7 + i / 251);
  return payload;
}
inline Bytes part_of(const Bytes& all, size_t from, size_t bytes) {
  return {all.begin() + static_cast<ptrdiff_t>(from),
          all.begin() + static_cast<ptrdiff_t>(from + bytes)};
}

inline packet::Frame frame_of(const Bytes& bytes, uint32_t link_type = 1) {
  const auto length = static_cast<uint32_t>(bytes.size());
  return {.data = bytes.data(), .bytes = length, .original_bytes = length, .link_type = link_type};
}
inline std::vector<Bytes> frames_in(packet::FrameList& list) {
  std::vector<Bytes> frames;
  for (const packet::Frame& frame : list.frames())
    frames.emplace_back(frame.data, frame.data + frame.bytes);
  return frames;
}

}  // namespace gophercap::rewrite
