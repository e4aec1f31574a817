#include "rewrite/fit/segment_table.h"

#include <algorithm>

#include "base/bytes.h"
#include "rewrite/headers.h"

namespace gophercap::rewrite {
namespace {

// The option that a SYN has (RFC 9293); 0 if there is none.
uint16_t mss_of(const uint8_t* tcp, uint32_t bytes) noexcept {
  constexpr uint8_t kEnd = 0;
  constexpr uint8_t kNothing = 1;
  constexpr uint8_t kMss = 2;
  for (uint32_t at = 20; at < bytes && tcp[at] != kEnd;) {
    if (tcp[at] == kNothing) {
      ++at;
      continue;
    }
    if (bytes - at < 2 || tcp[at + 1] < 2 || tcp[at + 1] > bytes - at) return 0;
    if (tcp[at] == kMss && tcp[at + 1] == 4) return load_be16(tcp + at + 2);
    at += tcp[at + 1];
  }
  return 0;
}

}  // namespace

void SegmentTable::learn(const packet::Frame& frame, uint32_t most_bytes) {
  const Headers headers = headers_of(frame, Depth::kInnermost);
  const Header* const tcp = headers.innermost();
  if (tcp == nullptr || tcp->kind != Header::Kind::kTcp) return;
  const Connection connection = connection_of(frame.data, headers);
  Entry entry{.hash = std::max<uint64_t>(connection.hash, 1)};
  const uint8_t* const at = frame.data + tcp->offset;
  constexpr uint8_t kSyn = 0x02;
  if ((at[13] & kSyn) != 0) {
    entry.mss = mss_of(at, tcp->bytes);
  } else if (frame.bytes > most_bytes) {
    entry.needed = 1;
  } else if (headers.complete) {
    entry.largest[connection.forward ? 1 : 0] =
        static_cast<uint16_t>(std::min(headers.end - headers.payload, 0xffffu));
  }
  const bool says_something =
      entry.mss != 0 || entry.needed != 0 || entry.largest[0] != 0 || entry.largest[1] != 0;
  if (says_something) connections_.add(entry);
}

void SegmentTable::keep_needed() {
  connections_.keep_if([](const Entry& entry) { return entry.needed != 0; });
}

SegmentSize SegmentTable::of(const Connection& connection) const noexcept {
  const Entry* const entry = connections_.find(std::max<uint64_t>(connection.hash, 1));
  if (entry == nullptr) return {};
  return {.mss = entry->mss, .largest = entry->largest[connection.forward ? 1 : 0]};
}

void SegmentTable::Entry::merge(const Entry& other) noexcept {
  const auto smaller = [](uint16_t a, uint16_t b) {
    return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
  };
  mss = smaller(mss, other.mss);
  largest[0] = std::max(largest[0], other.largest[0]);
  largest[1] = std::max(largest[1], other.largest[1]);
  needed = std::max(needed, other.needed);
}

}  // namespace gophercap::rewrite
