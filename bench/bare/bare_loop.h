// The bare loops: the least that a program has to do to send packets from memory, for each way into
// the kernel. What the product sends is measured against them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace gophercap::bench {

using Frames = std::span<const std::span<const uint8_t>>;

// What the loop did. `error` is an errno, 0 = all went.
struct Sent {
  uint64_t packets = 0;  // that the kernel has taken or, where it tells, has finished
  int error = 0;
};

// One way to send, with everything opened and allocated that can be before the clock starts. The
// frames' bytes must outlive it. Used by one thread at a time.
class BareLoop {
 public:
  virtual ~BareLoop() = default;

  // Sends all frames in their order, one kick for each `batch` of them, and returns when the kernel
  // has finished with them or has refused one for good.
  virtual Sent send_all(size_t batch) noexcept = 0;
};

// What passes when the kernel is busy or a signal comes: the same call again.
bool passes(int error) noexcept;

size_t longest(Frames frames) noexcept;

}  // namespace gophercap::bench
