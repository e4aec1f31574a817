#include "rewrite/fit/fragment.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "packet/layers.h"
#include "rewrite/headers.h"

namespace gophercap::rewrite {
namespace {

using Kind = Header::Kind;

constexpr uint32_t kUnit = 8;  // fragment offsets are multiples of this
constexpr uint32_t kFragmentHeaderBytes = 8;
constexpr uint32_t kMostPayload = 65535;
constexpr uint16_t kDontFragmentFlag = 0x4000;
constexpr uint16_t kMoreFragments = 0x2000;
constexpr uint16_t kOffsetBits = 0x1fff;

// Returns the same value for the same packet.
uint32_t digest_of(const uint8_t* data, uint32_t bytes) noexcept {
  uint64_t hash = bytes;
  const auto add = [&](uint64_t value) noexcept {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  };
  for (; bytes >= 8; data += 8, bytes -= 8) add(load_le64(data));
  for (; bytes > 0; ++data, --bytes) add(*data);
  return static_cast<uint32_t>(hash >> 16);
}

// The common part of all fragments of a packet.
struct Plan {
  Prologue prologue;
  uint32_t data = 0;   // offset of the data to divide
  uint32_t bytes = 0;  // length of the data to divide
  uint32_t first = 0;  // fragment offset of the packet itself
  bool more = false;   // more fragments follow the packet itself
};

// Replaces the options that only the first fragment has by no-operation options, as Linux does.
void blank_options(uint8_t* header, uint32_t bytes) noexcept {
  constexpr uint8_t kCopied = 0x80;
  constexpr uint8_t kNothing = 1;
  for (uint32_t at = 20; at < bytes;) {
    const uint8_t type = header[at];
    if (type == 0) return;
    if (type == kNothing) {
      ++at;
      continue;
    }
    if (bytes - at < 2) return;
    const uint32_t length = header[at + 1];
    if (length < 2 || length > bytes - at) return;
    if ((type & kCopied) == 0) std::fill_n(header + at, length, kNothing);
    at += length;
  }
}

Refusal plan_ipv4(const packet::Frame& frame, const Headers& headers, DontFragment flag,
                  Plan& plan) {
  const Header& ip = *headers.innermost();
  const uint16_t field = load_be16(frame.data + ip.offset + 6);
  const bool may_not = (field & kDontFragmentFlag) != 0;
  if (may_not && flag == DontFragment::kRespect) return Refusal::kDontFragment;
  if (!plan.prologue.copy(frame.data, headers)) return Refusal::kNoRoom;
  plan.first = uint32_t{static_cast<uint16_t>(field & kOffsetBits)} * kUnit;
  plan.more = (field & kMoreFragments) != 0;
  plan.data = headers.payload;
  uint8_t* const made = plan.prologue.bytes.data() + ip.offset;
  // Senders that forbid fragments need not number their packets (RFC 6864).
  if (may_not && load_be16(made + 4) == 0) {
    const uint32_t digest = digest_of(frame.data + ip.offset, headers.end - ip.offset);
    store_be16(made + 4, static_cast<uint16_t>(digest % 0xffff + 1));
  }
  return Refusal::kNone;
}

// Returns how many headers every fragment repeats: those up to the last one that routers read.
uint32_t repeated(const Headers& headers, uint32_t ip) noexcept {
  uint32_t count = ip + 1;
  for (uint32_t i = ip + 1; i < headers.count; ++i) {
    const uint8_t protocol = headers.list[i].protocol;
    if (protocol == packet::kIpRouting || (protocol == packet::kIpHopByHop && i == ip + 1))
      count = i + 1;
    if (protocol != packet::kIpRouting && protocol != packet::kIpHopByHop &&
        protocol != packet::kIpDestinationOptions)
      break;
  }
  return count;
}

Refusal plan_ipv6(const packet::Frame& frame, Headers headers, Plan& plan) {
  uint32_t ip = 0;
  while (headers.list[ip].kind != Kind::kIpv6) ++ip;
  const uint32_t from = headers.list[ip].offset;
  const uint32_t identification = digest_of(frame.data + from, headers.end - from);
  const auto is_fragment = [](const Header& h) {
    return h.kind == Kind::kIpv6Extension && h.protocol == packet::kIpFragment;
  };
  const auto all = headers.all();
  const auto found = std::find_if(all.begin(), all.end(), is_fragment);
  const bool has_header = found != all.end();
  headers.count =
      has_header ? static_cast<uint32_t>(found - all.begin()) + 1 : repeated(headers, ip);
  const Header last = *headers.innermost();
  headers.payload = last.offset + last.bytes;
  plan.data = headers.payload;
  Prologue& made = plan.prologue;
  if (!made.copy(frame.data, headers)) return Refusal::kNoRoom;
  if (has_header) {
    const uint16_t field = load_be16(frame.data + last.offset + 2);
    plan.first = field & 0xfff8u;
    plan.more = (field & 1) != 0;
    return Refusal::kNone;
  }
  if (made.headers.count == Headers::kMost ||
      made.size() + kFragmentHeaderBytes > Prologue::kMostBytes)
    return Refusal::kNoRoom;
  const Header front = *made.headers.innermost();
  uint8_t& next = made.bytes[front.offset + (front.kind == Kind::kIpv6 ? 6 : 0)];
  uint8_t* const header = made.bytes.data() + made.size();
  header[0] = next;
  header[1] = 0;
  store_be32(header + 4, identification);
  next = packet::kIpFragment;
  made.headers.list[made.headers.count++] = {Kind::kIpv6Extension, packet::kIpFragment, made.size(),
                                             kFragmentHeaderBytes};
  made.headers.payload += kFragmentHeaderBytes;
  return Refusal::kNone;
}

// `at` is the offset of its data in the data of the packet.
void place(uint8_t* packet, const Headers& headers, uint32_t at, bool first, bool more) noexcept {
  const Header& last = *headers.innermost();
  uint8_t* const header = packet + last.offset;
  if (last.kind == Kind::kIpv4) {
    store_be16(header + 6,
               static_cast<uint16_t>(at / kUnit | (more ? uint32_t{kMoreFragments} : 0u)));
    if (!first) blank_options(header, last.bytes);
  } else {
    store_be16(header + 2, static_cast<uint16_t>(at | (more ? 1u : 0u)));
  }
}

}  // namespace

Refusal fragment(const packet::Frame& frame, uint32_t most_bytes, DontFragment flag,
                 packet::FrameList& out) {
  if (frame.original_bytes > frame.bytes) return Refusal::kCut;
  const Headers headers = headers_of(frame, Depth::kOutermostIp);
  const Header* const last = headers.innermost();
  if (last == nullptr || last->kind == Kind::kPppoe) return Refusal::kContents;
  if (!headers.complete || headers.end <= most_bytes) return Refusal::kLengths;
  Plan plan;
  const Refusal refusal = last->kind == Kind::kIpv4 ? plan_ipv4(frame, headers, flag, plan)
                                                    : plan_ipv6(frame, headers, plan);
  if (refusal != Refusal::kNone) return refusal;
  const uint32_t front = plan.prologue.size();
  const uint32_t longest = longest_packet(plan.prologue.headers, most_bytes);
  if (longest < front + kUnit) return Refusal::kNoRoom;
  const uint32_t all = headers.end - plan.data;
  if (plan.first + all > kMostPayload) return Refusal::kLengths;
  const uint32_t room = longest - front;
  // A hop-by-hop header with nothing but a jumbo length is left out, and may be what was too much.
  if (all <= room) return Refusal::kLengths;
  for (uint32_t at = 0; at < all;) {
    const bool rest = all - at <= room;
    const uint32_t bytes = rest ? all - at : room / kUnit * kUnit;
    packet::Frame made = frame;
    made.bytes = made.original_bytes = front + bytes;
    uint8_t* const data = out.add_made(made);
    std::memcpy(data, plan.prologue.bytes.data(), front);
    std::memcpy(data + front, frame.data + plan.data + at, bytes);
    place(data, plan.prologue.headers, plan.first + at, at == 0, !rest || plan.more);
    seal(data, made.bytes, plan.prologue.headers);
    at += bytes;
  }
  return Refusal::kNone;
}

void truncate(const packet::Frame& frame, uint32_t most_bytes, bool mend, packet::FrameList& out) {
  packet::Frame made = frame;
  made.bytes = std::min(frame.bytes, most_bytes);
  const Headers headers = mend ? headers_of(made, Depth::kInnermost) : Headers{};
  Prologue prologue;
  if (headers.count == 0 || !prologue.copy(frame.data, headers)) {
    out.add(made);
    return;
  }
  const uint32_t payload = std::min(headers.end - headers.payload,
                                    longest_packet(prologue.headers, most_bytes) - prologue.size());
  made.bytes = made.original_bytes = prologue.size() + payload;
  uint8_t* const data = out.add_made(made);
  std::memcpy(data, prologue.bytes.data(), prologue.size());
  std::memcpy(data + prologue.size(), frame.data + headers.payload, payload);
  seal(data, made.bytes, prologue.headers);
}

}  // namespace gophercap::rewrite
