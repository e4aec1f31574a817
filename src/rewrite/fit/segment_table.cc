#include "rewrite/fit/segment_table.h"

#include <algorithm>
#include <bit>

#include "base/bytes.h"
#include "rewrite/headers.h"

namespace gophercap::rewrite {
namespace {

constexpr size_t kFewest = 64;

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
  if (says_something) add(entry);
}

void SegmentTable::merge(const SegmentTable& other) {
  if (other.last_hash_ < last_hash_) {
    last_hash_ = other.last_hash_;
    rebuild(slots_, used_);
  }
  for (const Entry& entry : other.slots_) {
    if (entry.hash != 0) add(entry);
  }
}

void SegmentTable::keep_needed() {
  std::vector<Entry> kept;
  for (const Entry& entry : slots_) {
    if (entry.needed != 0) kept.push_back(entry);
  }
  rebuild(kept, kept.size());
}

SegmentSize SegmentTable::of(const Connection& connection) const noexcept {
  if (slots_.empty()) return {};
  const uint64_t hash = std::max<uint64_t>(connection.hash, 1);
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask; slots_[i].hash != 0; i = (i + 1) & mask) {
    if (slots_[i].hash == hash)
      return {.mss = slots_[i].mss, .largest = slots_[i].largest[connection.forward ? 1 : 0]};
  }
  return {};
}

SegmentTable::Entry* SegmentTable::find(uint64_t hash) noexcept {
  const size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  while (slots_[i].hash != 0 && slots_[i].hash != hash) i = (i + 1) & mask;
  return &slots_[i];
}

void SegmentTable::add(const Entry& entry) {
  if (entry.hash > last_hash_) return;
  if (slots_.empty()) rebuild({}, kFewest);
  Entry* slot = find(entry.hash);
  if (slot->hash == 0) {
    while (entry.hash <= last_hash_ && used_ >= most_ && last_hash_ > 0) {
      last_hash_ /= 2;
      rebuild(slots_, used_);
    }
    if (entry.hash > last_hash_) return;
    if ((used_ + 1) * 2 > slots_.size()) rebuild(slots_, slots_.size());
    slot = find(entry.hash);
    *slot = entry;
    ++used_;
    return;
  }
  const auto smaller = [](uint16_t a, uint16_t b) {
    return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
  };
  slot->mss = smaller(slot->mss, entry.mss);
  slot->largest[0] = std::max(slot->largest[0], entry.largest[0]);
  slot->largest[1] = std::max(slot->largest[1], entry.largest[1]);
  slot->needed = std::max(slot->needed, entry.needed);
}

void SegmentTable::rebuild(const std::vector<Entry>& entries, size_t connections) {
  std::vector<Entry> old(entries.begin(), entries.end());
  slots_.assign(std::bit_ceil(std::max(connections, kFewest) * 2), Entry{});
  used_ = 0;
  for (const Entry& entry : old) {
    if (entry.hash == 0 || entry.hash > last_hash_) continue;
    *find(entry.hash) = entry;
    ++used_;
  }
}

}  // namespace gophercap::rewrite
