// Frames with valid Ethernet, IPv4 and TCP or UDP headers and a payload that compresses like real
// traffic.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bench/sets/random.h"

namespace gophercap::bench {

inline constexpr uint32_t kMinFrameBytes = 54;  // Ethernet, IPv4 and TCP without options
inline constexpr uint32_t kSequenceOffset = 42;
inline constexpr uint32_t kMinSequenceFrameBytes = kSequenceOffset + 12;

// The packets of one capture thread: a few thousand flows, four fifths of them TCP. Not
// thread-safe.
class FrameMaker {
 public:
  explicit FrameMaker(uint64_t seed);

  // Fills a whole frame of at least kMinFrameBytes.
  void fill(std::span<uint8_t> frame);
  // Fills a UDP frame with "SEQ!" and the little-endian number at kSequenceOffset; at least
  // kMinSequenceFrameBytes.
  void fill_sequence(std::span<uint8_t> frame, uint64_t number);

 private:
  struct Flow {
    uint32_t client;
    uint32_t server;
    uint16_t client_port;
    uint16_t server_port;
    uint32_t tcp_sequence;
    uint16_t ip_id;
    bool tcp;
  };
  void put_headers(std::span<uint8_t> frame, Flow& flow);
  std::span<const uint8_t> payload(size_t bytes);

  Random random_;
  std::vector<Flow> flows_;
  std::vector<uint8_t> pool_;
};

}  // namespace gophercap::bench
