// A Transmitter that records what it is given, and rejects what a test tells it to reject.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "transmit/transmitter.h"

namespace gophercap::testing {

class RecordingTransmitter final : public transmit::Transmitter {
 public:
  struct Sent {
    std::vector<uint8_t> data;
    uint32_t original_bytes;
    uint32_t link_type;
    CaptureTime stamp;
  };
  std::vector<Sent> sent;
  std::vector<size_t> calls;  // number of frames passed to each send()

  // Called for each frame before it is accepted; returns 0 to accept it, or the errno to reject it
  // with.
  std::function<int(const transmit::Frame&, size_t index)> refuse;
  size_t batch = 256;
  bool ethernet_only = false;
  uint32_t max_bytes = UINT32_MAX;
  uint32_t min_bytes = 0;
  uint32_t far_end_bytes = UINT32_MAX;

  transmit::SendOutcome send(std::span<const transmit::Frame> frames) noexcept override {
    calls.push_back(frames.size());
    for (size_t i = 0; i < frames.size(); ++i) {
      const transmit::Frame& f = frames[i];
      if (const int error = refuse ? refuse(f, sent.size()) : 0; error != 0)
        return {i, i == 0 ? error : 0};
      sent.push_back({{f.data, f.data + f.captured_bytes}, f.original_bytes, f.link_type, f.stamp});
    }
    return {frames.size(), 0};
  }
  Result<> finish() override { return {}; }
  size_t preferred_batch() const noexcept override { return batch; }
  transmit::FrameLimits limits() const noexcept override {
    return {ethernet_only, min_bytes, max_bytes, 4, far_end_bytes};
  }
  std::string describe() const override { return "a recording"; }
};

}  // namespace gophercap::testing
