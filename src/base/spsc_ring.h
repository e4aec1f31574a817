// A bounded queue between one producing and one consuming thread, without locks and, while it has
// room and contents, without cache-line traffic: each side keeps a copy of the other's index and
// looks again only when that says full or empty.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <span>

namespace gophercap {

// T is trivially copyable. Producer: free_slots(), push(), close(). Consumer: front(), pop(),
// exhausted().
template <class T>
class SpscRing {
 public:
  explicit SpscRing(size_t capacity)
      : mask_(std::bit_ceil(std::max<size_t>(capacity, 2)) - 1),
        slots_(std::make_unique<T[]>(mask_ + 1)) {}

  size_t capacity() const noexcept { return mask_ + 1; }

  // How many entries can be pushed now, at least; exact if it is less than `wanted`.
  size_t free_slots(size_t wanted = 1) noexcept {
    size_t room = capacity() - (head_local_ - tail_seen_);
    if (room < wanted) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      room = capacity() - (head_local_ - tail_seen_);
    }
    return room;
  }
  // Writes an entry without showing it yet. REQUIRES: free_slots() > 0.
  void push(const T& entry) noexcept { slots_[head_local_++ & mask_] = entry; }
  // Shows all pushed entries to the consumer. Batches cost one store.
  void publish() noexcept { head_.store(head_local_, std::memory_order_release); }
  // Nothing more will come. Publishes what was pushed.
  void close() noexcept {
    publish();
    closed_.store(true, std::memory_order_release);
  }

  // The oldest entries that lie in one piece; empty if there is none at the moment.
  std::span<const T> front() noexcept {
    if (head_seen_ == tail_local_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (head_seen_ == tail_local_) return {};
    }
    const size_t index = tail_local_ & mask_;
    return {&slots_[index], std::min(head_seen_ - tail_local_, capacity() - index)};
  }
  // Entries at hand, also behind the wrap. May be called by either side; the other side's view may
  // be newer.
  size_t size() const noexcept {
    return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire);
  }
  // Entries taken out since the beginning; may be called by anybody.
  size_t popped() const noexcept { return tail_.load(std::memory_order_relaxed); }
  void pop(size_t n) noexcept {  // REQUIRES: n <= front().size()
    tail_local_ += n;
    tail_.store(tail_local_, std::memory_order_release);
  }
  // True once the producer has closed the ring and everything was popped.
  bool exhausted() noexcept { return closed_.load(std::memory_order_acquire) && front().empty(); }
  bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }

 private:
  static constexpr size_t kCacheLine = 64;

  const size_t mask_;
  const std::unique_ptr<T[]> slots_;
  alignas(kCacheLine) std::atomic<size_t> head_{0};  // written by the producer
  std::atomic<bool> closed_{false};
  alignas(kCacheLine) std::atomic<size_t> tail_{0};  // written by the consumer
  alignas(kCacheLine) size_t head_local_ = 0;        // producer's own
  size_t tail_seen_ = 0;
  alignas(kCacheLine) size_t tail_local_ = 0;  // consumer's own
  size_t head_seen_ = 0;
};

}  // namespace gophercap
