// The bare loops are the least that a program must do to send packets from memory, for each way
// into the kernel. The speed of gophercap is compared with them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace gophercap::bench {

using Frames = std::span<const std::span<const uint8_t>>;

// The result of the loop. `error` is an errno, or 0.
struct Sent {
  uint64_t packets = 0;  // accepted by the kernel or, if it reports that, completed
  int error = 0;
};

// A way to send, with everything opened and allocated before the clock starts. The bytes of the
// frames must outlive it. Used by one thread at a time.
class BareLoop {
 public:
  virtual ~BareLoop() = default;

  // Sends all frames in order, with one kick for each `batch` of them. Returns when the kernel has
  // completed them or has rejected one for good.
  virtual Sent send_all(size_t batch) noexcept = 0;
};

// True for errors that go away, because the kernel was busy or a signal came; the call is repeated
// then.
bool passes(int error) noexcept;

size_t longest(Frames frames) noexcept;

}  // namespace gophercap::bench
