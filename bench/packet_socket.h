// AF_PACKET sockets of the bench programs.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::bench {

// A socket bound to `interface`; `protocol` 0 receives nothing (a sender), ETH_P_ALL everything.
Result<Fd> open_packet_socket();
Result<> bind_packet_socket(const Fd& fd, const std::string& interface, uint16_t protocol);

// A bound socket that only sends.
Result<Fd> open_sender(const std::string& interface, bool qdisc_bypass);

// Prepares frames for sendmmsg once, so that the sending loop does nothing else. The bytes must
// outlive it.
class SendList {
 public:
  explicit SendList(std::span<const std::span<const uint8_t>> frames);
  SendList(SendList&&) = default;  // moved vectors keep their memory, to which messages_ points
  SendList(const SendList&) = delete;

  size_t size() const noexcept { return messages_.size(); }

  // Sends the frames [from, from + count) with one call, repeated after ENOBUFS, EAGAIN and EINTR.
  // Returns the number sent, at least one, or a negative errno if the system has rejected them for
  // good.
  int send(const Fd& fd, size_t from, size_t count) noexcept;

 private:
  std::vector<iovec> vectors_;
  std::vector<mmsghdr> messages_;
};

}  // namespace gophercap::bench
