#include "verify/expectations.h"

#include <cerrno>
#include <new>

#include "base/saturating.h"
#include "transmit/link/interface.h"

namespace gophercap::verify {

transmit::FrameLimits receiver_limits(std::optional<uint32_t> mtu) {
  transmit::FrameLimits limits = transmit::interface_limits({.mtu = mtu.value_or(1500)});
  if (!mtu) limits.max_bytes = UINT32_MAX;
  limits.recorded = true;  // what was received was captured
  return limits;
}

transmit::SendOutcome Expectations::send(std::span<const transmit::Frame> frames) noexcept {
  for (size_t i = 0; i < frames.size(); ++i) {
    const transmit::Frame& f = frames[i];
    const Nanos due(saturating_difference(ns_of(f.stamp), ns_of(first_)));
    try {
      if (matcher_.expect({f.data, f.captured_bytes}, due, f.original_bytes)) continue;
    } catch (const std::bad_alloc&) {
      return {i, ENOMEM};
    }
    full_ = true;
    return {i, ENOSPC};
  }
  return {frames.size(), 0};
}

}  // namespace gophercap::verify
