// The output paths of a run, in 8 to 16 bytes each, whatever their length.
#pragma once

#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace gophercap::archive {

// The seed differs in each run, so nobody can make an archive whose paths all collide.
struct PathHash {
  size_t operator()(std::string_view path) const {
    static const uint64_t kSeed = uint64_t{std::random_device{}()} << 32 | std::random_device{}();
    return XXH3_64bits_withSeed(path.data(), path.size(), kSeed);
  }
};

// Stores hashes instead of paths: a million members take 16 MiB. A collision is practically
// impossible, and would only number a name without need. Not thread-safe.
class PathSet {
 public:
  void insert(std::string_view path) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    uint64_t& slot = slots_[find(hash(path))];
    count_ += slot == 0 ? 1 : 0;
    slot = hash(path);
  }

  bool contains(std::string_view path) const {
    return !slots_.empty() && slots_[find(hash(path))] != 0;
  }

  size_t size() const noexcept { return count_; }

 private:
  static constexpr size_t kFirstSize = 1024;

  static uint64_t hash(std::string_view path) {
    const uint64_t value = PathHash{}(path);
    return value == 0 ? 1 : value;  // 0 marks an empty slot
  }

  // Returns the slot that holds `value` or would receive it.
  size_t find(uint64_t value) const {
    const size_t mask = slots_.size() - 1;
    size_t place = value & mask;
    while (slots_[place] != 0 && slots_[place] != value) place = (place + 1) & mask;
    return place;
  }

  void grow() {
    const std::vector<uint64_t> before = std::move(slots_);
    slots_.assign(before.empty() ? kFirstSize : 2 * before.size(), 0);
    for (const uint64_t value : before) {
      if (value != 0) slots_[find(value)] = value;
    }
  }

  std::vector<uint64_t> slots_;  // their number is a power of two; at most half are used
  size_t count_ = 0;
};

}  // namespace gophercap::archive
