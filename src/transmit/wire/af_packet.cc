#include "transmit/wire/af_packet.h"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>

namespace gophercap::transmit {
namespace {

// Larger batches gain nothing (docs/perf.md) and delay the accounting of sent frames.
constexpr size_t kBatch = 256;
// Room for bursts while the device is busy. Without CAP_NET_ADMIN the system limits it, which is
// acceptable.
constexpr int kSendBufferBytes = 8 << 20;

class AfPacket final : public Transmitter {
 public:
  AfPacket(Fd socket, std::string name, FrameLimits limits)
      : socket_(std::move(socket)), name_(std::move(name)), limits_(limits) {
    for (size_t i = 0; i < kBatch; ++i) {
      messages_[i] = {};
      messages_[i].msg_hdr.msg_iov = &vectors_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  SendOutcome send(std::span<const Frame> frames) noexcept override {
    const size_t n = std::min(frames.size(), kBatch);
    for (size_t i = 0; i < n; ++i) {
      vectors_[i].iov_base =
          const_cast<uint8_t*>(frames[i].data);  // the API lacks const, but the kernel only reads
      vectors_[i].iov_len = frames[i].captured_bytes;
    }
    // Returns how many were sent. The error that stopped it is returned by the next call, for its
    // first frame.
    const int sent =
        ::sendmmsg(socket_.value(), messages_.data(), static_cast<unsigned>(n), MSG_DONTWAIT);
    if (sent < 0) return {0, errno};
    return {static_cast<size_t>(sent), 0};
  }

  Result<> finish() override {
    return {};
  }  // sendmmsg passes frames to the kernel before it
     // returns
  size_t preferred_batch() const noexcept override { return kBatch; }
  FrameLimits limits() const noexcept override { return limits_; }
  std::string describe() const override { return name_; }

 private:
  Fd socket_;
  std::string name_;
  FrameLimits limits_;
  std::array<iovec, kBatch> vectors_{};
  std::array<mmsghdr, kBatch> messages_;
};

}  // namespace

Result<Fd> open_packet_socket(const std::string& interface, const InterfaceFacts& facts,
                              bool qdisc_bypass) {
  const std::string name = "interface " + interface;
  // With protocol 0 the socket receives nothing, so traffic of others costs nothing.
  Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    Error error = errno_error(errno, name + ": packet socket");
    if (error.sys == EPERM) error.cause = Cause::kNoRawSockets;
    return error;
  }
  const int on = 1;
  if (qdisc_bypass &&
      ::setsockopt(socket.value(), SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) != 0)
    return errno_error(errno, name + ": PACKET_QDISC_BYPASS");

  sockaddr_storage address{};
  sockaddr_ll link{};
  link.sll_family = AF_PACKET;
  link.sll_protocol = 0;
  link.sll_ifindex = static_cast<int>(facts.index);
  std::memcpy(&address, &link, sizeof link);
  if (::bind(socket.value(), static_cast<const sockaddr*>(static_cast<const void*>(&address)),
             sizeof link) != 0) {
    return errno_error(errno, name);
  }
  if (::setsockopt(socket.value(), SOL_SOCKET, SO_SNDBUFFORCE, &kSendBufferBytes,
                   sizeof kSendBufferBytes) != 0) {
    (void)::setsockopt(socket.value(), SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes,
                       sizeof kSendBufferBytes);
  }
  return socket;
}

Result<std::unique_ptr<Transmitter>> open_af_packet(const std::string& interface,
                                                    const InterfaceFacts& facts,
                                                    bool qdisc_bypass) {
  TRY(Fd socket, open_packet_socket(interface, facts, qdisc_bypass));
  return std::unique_ptr<Transmitter>(std::make_unique<AfPacket>(
      std::move(socket),
      fmt::format("interface {} (AF_PACKET sendmmsg, MTU {})", interface, facts.mtu),
      interface_limits(facts)));
}

}  // namespace gophercap::transmit
