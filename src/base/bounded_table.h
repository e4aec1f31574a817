// A hash table with a limited number of entries.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gophercap {

// Of too many entries only some remain. Which ones these are, and what they hold, does not depend
// on the order in which entries are added, nor on how they were divided between tables that are
// merged.
//
// An Entry has a `hash` that identifies it (0: a free slot) and `merge(const Entry&)`, which does
// not depend on the order either.
template <class Entry>
class BoundedTable {
 public:
  explicit BoundedTable(size_t most) : most_(most) {}

  // Merges it with the entry of the same hash. REQUIRES: its hash is not 0.
  void add(const Entry& entry) {
    if (entry.hash > last_hash_) return;
    if (slots_.empty()) rebuild({}, kFewest);
    Entry* slot = slot_of(entry.hash);
    if (slot->hash != 0) {
      slot->merge(entry);
      return;
    }
    while (entry.hash <= last_hash_ && used_ >= most_ && last_hash_ > 0) {
      last_hash_ /= 2;
      rebuild(std::exchange(slots_, {}), used_);
    }
    if (entry.hash > last_hash_) return;
    if ((used_ + 1) * 2 > slots_.size()) rebuild(std::exchange(slots_, {}), used_ * 2);
    *slot_of(entry.hash) = entry;
    ++used_;
  }
  // REQUIRES: the same limit.
  void merge(const BoundedTable& other) {
    if (other.last_hash_ < last_hash_) {
      last_hash_ = other.last_hash_;
      rebuild(std::exchange(slots_, {}), used_);
    }
    other.for_each([this](const Entry& entry) { add(entry); });
  }
  // Forgets entries for which `keep(const Entry&)` is false.
  template <class Keep>
  void keep_if(const Keep& keep) {
    std::vector<Entry> old = std::exchange(slots_, {});
    std::erase_if(old, [&](const Entry& entry) { return entry.hash == 0 || !keep(entry); });
    const size_t kept = old.size();
    rebuild(std::move(old), kept);
  }
  // Null if there is none.
  const Entry* find(uint64_t hash) const noexcept {
    if (slots_.empty()) return nullptr;
    const size_t mask = slots_.size() - 1;
    for (size_t i = hash & mask; slots_[i].hash != 0; i = (i + 1) & mask) {
      if (slots_[i].hash == hash) return &slots_[i];
    }
    return nullptr;
  }
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Entry& entry : slots_) {
      if (entry.hash != 0) visit(entry);
    }
  }
  // False: there were more entries than it may hold.
  bool complete() const noexcept { return last_hash_ == UINT64_MAX; }
  size_t size() const noexcept { return used_; }

 private:
  static constexpr size_t kFewest = 64;

  Entry* slot_of(uint64_t hash) noexcept {
    const size_t mask = slots_.size() - 1;
    size_t i = hash & mask;
    while (slots_[i].hash != 0 && slots_[i].hash != hash) i = (i + 1) & mask;
    return &slots_[i];
  }
  // Puts what is in `old` into a table with room for so many.
  void rebuild(std::vector<Entry> old, size_t entries) {
    slots_.assign(std::bit_ceil(std::max(entries, kFewest) * 2), Entry{});
    used_ = 0;
    for (const Entry& entry : old) {
      if (entry.hash == 0 || entry.hash > last_hash_) continue;
      *slot_of(entry.hash) = entry;
      ++used_;
    }
  }

  size_t most_;
  size_t used_ = 0;
  uint64_t last_hash_ = UINT64_MAX;  // those above it are left out
  std::vector<Entry> slots_;         // a power of two, at most half of them used
};

}  // namespace gophercap
