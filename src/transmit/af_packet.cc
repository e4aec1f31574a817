#include "transmit/af_packet.h"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "packet/link_type.h"
#include "transmit/interface.h"

namespace gophercap::transmit {
namespace {

constexpr uint32_t kEthernetHeaderBytes = 14;
constexpr uint32_t kVlanTagBytes = 4;
// Larger batches gain nothing (docs/perf.md) and delay the account of what was sent.
constexpr size_t kBatch = 256;
// Room for bursts while the device is busy; the system caps it without CAP_NET_ADMIN, which is
// fine.
constexpr int kSendBufferBytes = 8 << 20;

class AfPacket final : public Transmitter {
 public:
  AfPacket(Fd socket, std::string interface, const InterfaceFacts& facts)
      : socket_(std::move(socket)),
        interface_(std::move(interface)),
        facts_(facts),
        limits_(af_packet_limits(facts.mtu)) {
    if (const auto counters = read_counters(facts_.index)) counted_before_ = counters->tx_packets;
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
          const_cast<uint8_t*>(frames[i].data);  // the API has no const; the kernel only reads
      vectors_[i].iov_len = frames[i].captured_bytes;
    }
    // Returns how many left; the error that stopped it comes again when it is the first one's.
    const int sent =
        ::sendmmsg(socket_.value(), messages_.data(), static_cast<unsigned>(n), MSG_DONTWAIT);
    if (sent < 0) return {0, errno};
    return {static_cast<size_t>(sent), 0};
  }

  Result<> finish() override { return {}; }  // a frame is the kernel's as soon as sendmmsg returns
  size_t preferred_batch() const noexcept override { return kBatch; }
  bool accepts(uint32_t link_type) const noexcept override {
    return link_type == packet::kLinkTypeEthernet;
  }
  uint32_t max_frame_bytes() const noexcept override { return limits_.max_bytes; }
  uint32_t vlan_extra_bytes() const noexcept override { return limits_.vlan_extra_bytes; }
  uint32_t min_frame_bytes() const noexcept override { return limits_.min_bytes; }
  std::optional<uint64_t> counted_outside() const override {
    const auto counters = read_counters(facts_.index);
    if (!counters || !counted_before_) return std::nullopt;
    return counters->tx_packets - *counted_before_;
  }
  std::string describe() const override {
    return fmt::format("interface {} (AF_PACKET sendmmsg, MTU {})", interface_, facts_.mtu);
  }

 private:
  Fd socket_;
  std::string interface_;
  InterfaceFacts facts_;
  FrameLimits limits_;
  std::optional<uint64_t> counted_before_;
  std::array<iovec, kBatch> vectors_{};
  std::array<mmsghdr, kBatch> messages_;
};

}  // namespace

FrameLimits af_packet_limits(uint32_t mtu) noexcept {
  return {.min_bytes = kEthernetHeaderBytes,
          .max_bytes = mtu + kEthernetHeaderBytes,
          .vlan_extra_bytes = kVlanTagBytes};
}

Result<std::unique_ptr<Transmitter>> open_af_packet(const std::string& interface) {
  const std::string name = "interface " + interface;
  TRY(const InterfaceFacts facts, inspect_interface(interface));
  // Protocol 0: the socket receives nothing, so it costs nothing for what others send.
  Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return errno_error(errno, name + ": packet socket");
  TRY_VOID(check_ready(interface, facts));

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
  return std::unique_ptr<Transmitter>(
      std::make_unique<AfPacket>(std::move(socket), interface, facts));
}

}  // namespace gophercap::transmit
