// A heap of the current positions of many files, which tells the file that comes next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gophercap {

// A node has four children, so the heap is half as deep as a binary one, and the children are
// adjacent, so a step down takes three comparisons without a branch to predict. For a thousand
// interleaved files this is cheaper than a loser tree, and adding or removing a file costs no more
// than the depth.
class MergeHeap {
 public:
  struct Entry {
    int64_t key_ns;
    uint32_t ordinal;  // decides ties
    uint32_t slot;     // of the file

    bool operator<(const Entry& other) const noexcept { return pack(*this) < pack(other); }
  };

  bool empty() const noexcept { return size_ == 0; }
  size_t size() const noexcept { return size_; }
  // REQUIRES: !empty().
  Entry top() const noexcept { return unpack(nodes_[0]); }
  int64_t top_key() const noexcept { return unpack(nodes_[0]).key_ns; }

  void push(const Entry& entry) {
    if (nodes_.size() < size_ + 1 + kChildren) nodes_.resize(2 * size_ + 1 + kChildren, kLast);
    nodes_[size_] = pack(entry);
    size_t at = size_++;
    while (at > 0 && nodes_[at] < nodes_[(at - 1) / kChildren]) {
      std::swap(nodes_[at], nodes_[(at - 1) / kChildren]);
      at = (at - 1) / kChildren;
    }
  }
  void replace_top(int64_t key_ns) noexcept {
    Entry entry = top();
    entry.key_ns = key_ns;
    sift_down(pack(entry));
  }
  void pop() noexcept {
    const Node last = nodes_[--size_];
    nodes_[size_] = kLast;
    if (size_ > 0) sift_down(last);
  }

 private:
  // Key, ordinal and slot combined into one number, which has the same order.
  __extension__ using Node = unsigned __int128;
  static constexpr size_t kChildren = 4;
  static constexpr Node kLast =
      ~Node{0};  // follows the last entry, so that every node has four children to compare
  static Node pack(const Entry& e) noexcept {
    return Node{static_cast<uint64_t>(e.key_ns) ^ (uint64_t{1} << 63)} << 64 |
           uint64_t{e.ordinal} << 32 | e.slot;
  }
  static Entry unpack(Node n) noexcept {
    return {static_cast<int64_t>(static_cast<uint64_t>(n >> 64) ^ (uint64_t{1} << 63)),
            static_cast<uint32_t>(n >> 32), static_cast<uint32_t>(n)};
  }

  void sift_down(Node moving) noexcept {
    size_t at = 0;
    for (size_t child = 1; child < size_; child = kChildren * at + 1) {
      const size_t low = nodes_[child + 1] < nodes_[child] ? child + 1 : child;
      const size_t high = nodes_[child + 3] < nodes_[child + 2] ? child + 3 : child + 2;
      const size_t best = nodes_[high] < nodes_[low] ? high : low;
      if (!(nodes_[best] < moving)) break;
      nodes_[at] = nodes_[best];
      at = best;
    }
    nodes_[at] = moving;
  }

  std::vector<Node> nodes_;
  size_t size_ = 0;
};

}  // namespace gophercap
