// AF_XDP in copy mode: frames in our own memory, passed on by descriptors in a ring.
#pragma once

#include <linux/if_xdp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "bench/bare/bare_loop.h"
#include "bench/bare/mapped_memory.h"

namespace gophercap::bench {

// A ring of AF_XDP with one producer and one consumer, one of which is the kernel. Indices only
// increase; the position is the index modulo the size, a power of two.
class XskRing {
 public:
  static Result<XskRing> map(const Fd& fd, const xdp_ring_offset& offsets, uint64_t page_offset,
                             size_t entries, size_t entry_bytes);

  std::atomic_ref<uint32_t> producer() const noexcept { return word(offsets_.producer); }
  std::atomic_ref<uint32_t> consumer() const noexcept { return word(offsets_.consumer); }
  bool needs_wakeup() const noexcept {
    return (word(offsets_.flags).load(std::memory_order_relaxed) & XDP_RING_NEED_WAKEUP) != 0;
  }
  template <class Entry>
  Entry& at(uint32_t index) const noexcept {
    auto* entries = static_cast<Entry*>(static_cast<void*>(memory_.data() + offsets_.desc));
    return entries[index % entries_];
  }

 private:
  XskRing(MappedMemory memory, const xdp_ring_offset& offsets, uint32_t entries)
      : memory_(std::move(memory)), offsets_(offsets), entries_(entries) {}
  std::atomic_ref<uint32_t> word(uint64_t offset) const noexcept {
    return std::atomic_ref<uint32_t>(
        *static_cast<uint32_t*>(static_cast<void*>(memory_.data() + offset)));
  }

  MappedMemory memory_;
  xdp_ring_offset offsets_;
  uint32_t entries_;
};

// The bare loop for one queue: it copies each frame into a free chunk, as any sender must whose
// frames are not in chunks already, passes on a batch, kicks until the kernel has taken it, and
// reclaims the chunks of frames that were sent.
class XskSocket final : public BareLoop {
 public:
  // Frames of at most 4096 bytes. Needs no XDP program on the interface, so its MTU may be any.
  static Result<std::unique_ptr<BareLoop>> open(const std::string& interface, uint32_t queue,
                                                Frames frames);

  Sent send_all(size_t batch) noexcept override;

 private:
  XskSocket(Fd socket, MappedMemory chunks, size_t chunk_bytes, XskRing send, XskRing done,
            Frames frames);

  void reap() noexcept;
  int kick() noexcept;
  size_t under_way() const noexcept { return chunk_count_ - free_.size(); }

  MappedMemory chunks_;  // declared before the socket, so that it is destroyed after it
  Fd socket_;
  size_t chunk_bytes_;
  size_t chunk_count_;
  XskRing send_;
  XskRing done_;
  Frames frames_;
  std::vector<uint64_t> free_;  // offsets of the free chunks
  uint64_t completed_ = 0;
};

}  // namespace gophercap::bench
