// One ring of an AF_XDP socket. One side writes entries, the other side takes them.
#pragma once

#include <linux/if_xdp.h>

#include <atomic>
#include <cstdint>
#include <utility>

#include "transmit/wire/mapping.h"

namespace gophercap::transmit {

// For the producer: free(), write(), publish(). For the consumer: ready(), read(), release(). Used
// by one thread of ours.
template <class Entry>
class XdpRing {
 public:
  XdpRing() = default;
  XdpRing(Mapping memory, const xdp_ring_offset& at, uint32_t entries)
      : memory_(std::move(memory)), at_(at), entries_(entries) {}

  uint32_t free() noexcept { return entries_ - (head_ - taken()); }
  void write(const Entry& entry) noexcept { slot(head_++) = entry; }  // REQUIRES: free() > 0
  void publish() noexcept { word(at_.producer).store(head_, std::memory_order_release); }
  // The position of the consumer as last reported. Everything before it was taken.
  uint32_t taken() const noexcept { return word(at_.consumer).load(std::memory_order_acquire); }
  const Entry& written_before(uint32_t place) noexcept { return slot(place - 1); }
  // Number of entries written by us and not taken yet.
  uint32_t waiting() const noexcept { return head_ - taken(); }

  uint32_t ready() noexcept { return word(at_.producer).load(std::memory_order_acquire) - head_; }
  const Entry& read() noexcept { return slot(head_++); }  // REQUIRES: ready() > 0
  void release() noexcept { word(at_.consumer).store(head_, std::memory_order_release); }

  // True if the driver sleeps and has to be woken up.
  bool needs_wakeup() const noexcept {
    // The fence orders our published entries before reading the flag. The driver does both in the
    // opposite order.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return (word(at_.flags).load(std::memory_order_relaxed) & XDP_RING_NEED_WAKEUP) != 0;
  }

 private:
  std::atomic_ref<uint32_t> word(uint64_t offset) const noexcept {
    return std::atomic_ref<uint32_t>(*memory_.word(offset));
  }
  Entry& slot(uint32_t index) noexcept {
    return static_cast<Entry*>(
        static_cast<void*>(memory_.data() + at_.desc))[index & (entries_ - 1)];
  }

  Mapping memory_;
  xdp_ring_offset at_{};
  uint32_t entries_ = 0;  // a power of two
  uint32_t head_ = 0;     // our next position to write or read
};

}  // namespace gophercap::transmit
