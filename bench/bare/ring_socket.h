// PACKET_TX_RING: frames in memory shared with the kernel, with one system call for all frames in
// it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/fd.h"
#include "bench/bare/bare_loop.h"
#include "bench/bare/mapped_memory.h"

namespace gophercap::bench {

// The bare loop for a ring of version 2: it copies each frame into the next slot, kicks, and waits
// only for a slot that is still in use. Version 3 is not faster and has the same limits.
class RingSocket final : public BareLoop {
 public:
  static Result<std::unique_ptr<BareLoop>> open(const std::string& interface, bool qdisc_bypass,
                                                Frames frames);

  Sent send_all(size_t batch) noexcept override;

 private:
  RingSocket(Fd socket, MappedMemory ring, size_t slot_bytes, Frames frames);

  std::atomic_ref<uint32_t> status(size_t slot) noexcept;
  void put(size_t slot, std::span<const uint8_t> frame) noexcept;
  int kick(int flags) noexcept;
  int wait_for(size_t slot) noexcept;

  Fd socket_;
  MappedMemory ring_;
  size_t slot_bytes_;
  size_t slots_;
  size_t next_ = 0;  // also the slot at which the kernel continues
  Frames frames_;
};

}  // namespace gophercap::bench
