// A bounded, lock-free queue between one producing and one consuming thread. Each side caches the
// other's index and reloads it only when the ring looks full or empty, so there is no cache-line
// traffic otherwise.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <span>

namespace gophercap {

// T must be trivially copyable. For the producer: free_slots(), push(), close(). For the consumer:
// front(), pop(), exhausted().
template <class T>
class SpscRing {
 public:
  explicit SpscRing(size_t capacity)
      : mask_(std::bit_ceil(std::max<size_t>(capacity, 2)) - 1),
        slots_(std::make_unique<T[]>(mask_ + 1)) {}

  size_t capacity() const noexcept { return mask_ + 1; }

  // Returns a lower bound of the number of entries that can be pushed now. It is exact if it is
  // less than `wanted`.
  size_t free_slots(size_t wanted = 1) noexcept {
    size_t room = capacity() - (head_local_ - tail_seen_);
    if (room < wanted) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      room = capacity() - (head_local_ - tail_seen_);
    }
    return room;
  }
  // Writes an entry without making it visible yet. REQUIRES: free_slots() > 0.
  void push(const T& entry) noexcept { slots_[head_local_++ & mask_] = entry; }
  // Makes all pushed entries visible to the consumer with one store, so pushing in batches is
  // cheap.
  void publish() noexcept { head_.store(head_local_, std::memory_order_release); }
  // Publishes what was pushed and declares that nothing more will come.
  void close() noexcept {
    publish();
    closed_.store(true, std::memory_order_release);
  }

  // Returns the oldest entries that are contiguous in memory, or nothing if the ring is empty.
  std::span<const T> front() noexcept {
    if (head_seen_ == tail_local_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (head_seen_ == tail_local_) return {};
    }
    const size_t index = tail_local_ & mask_;
    return {&slots_[index], std::min(head_seen_ - tail_local_, capacity() - index)};
  }
  // Number of entries in the ring, including those after the wrap. Either side may call it; the
  // other side may already have changed it.
  size_t size() const noexcept {
    return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire);
  }
  // Number of entries popped since the beginning. Any thread may call it.
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
  alignas(kCacheLine) size_t head_local_ = 0;        // used by the producer only
  size_t tail_seen_ = 0;
  alignas(kCacheLine) size_t tail_local_ = 0;  // used by the consumer only
  size_t head_seen_ = 0;
};

}  // namespace gophercap
