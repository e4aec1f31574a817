#include "transmit/tunnel/open_tunnel.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "transmit/tunnel/encapsulation.h"
#include "transmit/tunnel/tunnel_transmitter.h"

namespace gophercap::transmit {
namespace {

// Of all sockets of a lane. More would only move the place where packets are dropped.
constexpr int kSendBufferBytes = 2 << 20;
constexpr uint16_t kDiscardPort = 9;

struct Address {
  sockaddr_storage storage{};
  socklen_t bytes = 0;

  const sockaddr* get() const noexcept {
    return static_cast<const sockaddr*>(static_cast<const void*>(&storage));
  }
  sockaddr* get() noexcept { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }
  bool is_ipv6() const noexcept { return storage.ss_family == AF_INET6; }
};

Result<Address> resolve(const Tunnel& tunnel, uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_DGRAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status =
      ::getaddrinfo(tunnel.host.c_str(), fmt::format("{}", port).c_str(), &wanted, &found);
  if (status != 0) {
    return Error{Errc::kNotFound, 0, fmt::format("{}: {}", tunnel.host, ::gai_strerror(status))};
  }
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.bytes = found->ai_addrlen;
  ::freeaddrinfo(found);
  return address;
}

std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (address.is_ipv6()) {
    std::memcpy(&v6, &address.storage, sizeof v6);
    bytes = &v6.sin6_addr;
  } else {
    std::memcpy(&v4, &address.storage, sizeof v4);
    bytes = &v4.sin_addr;
  }
  const char* const printed =
      ::inet_ntop(address.storage.ss_family, bytes, text.data(), text.size());
  return printed == nullptr ? "" : printed;
}

Error with_errno(const Tunnel& tunnel, std::string_view what) {
  return errno_error(errno, fmt::format("{}: {}", describe(tunnel), what));
}

Result<Fd> connected(const Tunnel& tunnel, const Address& address, int type, int protocol) {
  Fd socket(::socket(address.storage.ss_family, type | SOCK_CLOEXEC, protocol));
  if (!socket.valid()) {
    Error error = with_errno(tunnel, type == SOCK_RAW ? "raw socket" : "socket");
    if (type == SOCK_RAW && error.sys == EPERM) error.cause = Cause::kNoRawSockets;
    return error;
  }
  if (::connect(socket.value(), address.get(), address.bytes) != 0)
    return with_errno(tunnel, text_of(address));
  return socket;
}

Result<TunnelFacts> facts_of(const Tunnel& tunnel, const Address& address) {
  TRY(const Fd socket, connected(tunnel, address, SOCK_DGRAM, 0));
  TunnelFacts facts{.remote = text_of(address)};
  const bool v6 = address.is_ipv6();
  int mtu = 0;
  socklen_t bytes = sizeof mtu;
  if (::getsockopt(socket.value(), v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu,
                   &bytes) != 0)
    return with_errno(tunnel, "path MTU");
  Address local;
  local.bytes = sizeof local.storage;
  if (::getsockname(socket.value(), local.get(), &local.bytes) == 0) facts.local = text_of(local);
  constexpr uint32_t kUdpBytes = 8;
  facts.path_mtu = static_cast<uint32_t>(std::max(mtu, 0));
  facts.overhead_bytes =
      (v6 ? 40u : 20u) + (tunnel.uses_udp() ? kUdpBytes : 0u) + Encapsulation(tunnel).bytes();
  return facts;
}

Address at_port(Address address, uint16_t port) noexcept {
  // Both kinds of address have the port in one place.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  sockaddr_in plain{};
  std::memcpy(&plain, &address.storage, sizeof plain);
  plain.sin_port = htons(port);
  std::memcpy(&address.storage, &plain, sizeof plain);
  return address;
}

// Without it, the kernel keeps it for itself if a queueing discipline drops a packet.
void report_errors(int socket, bool v6) noexcept {
  const int on = 1;
  (void)::setsockopt(socket, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &on,
                     sizeof on);
}

// Waits until the kernel has passed on a first datagram, which waits for the neighbor's address.
Result<> resolve_neighbor(const Tunnel& tunnel, const Address& sensor) {
  const Address address = at_port(sensor, kDiscardPort);
  TRY(const Fd socket, connected(tunnel, address, SOCK_DGRAM, 0));
  report_errors(socket.value(), address.is_ipv6());
  if (::send(socket.value(), "", 0, 0) < 0) return with_errno(tunnel, text_of(sensor));
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  constexpr auto kPause = std::chrono::milliseconds(5);
  int pauses = 0;
  for (; bytes_waiting(socket) > 0 && std::chrono::steady_clock::now() < give_up; ++pauses)
    std::this_thread::sleep_for(kPause);  // the kernel gives up after three seconds
  // After that time its answer may come a moment later.
  constexpr int kLongWait = 100;
  int error = 0;
  for (int tries = pauses > kLongWait ? 40 : 1; tries > 0 && error == 0; --tries) {
    std::this_thread::sleep_for(kPause);
    socklen_t bytes = sizeof error;
    (void)::getsockopt(socket.value(), SOL_SOCKET, SO_ERROR, &error, &bytes);
  }
  if (error != EHOSTUNREACH) return {};  // whatever else it answers, the host is there
  errno = error;
  return with_errno(tunnel, text_of(sensor));
}

// A longer packet is refused, so that it is counted, instead of being fragmented.
void refuse_fragments(int socket, bool v6) noexcept {
  static_assert(IPV6_PMTUDISC_DO == IP_PMTUDISC_DO);
  const int never = IP_PMTUDISC_DO;
  (void)::setsockopt(socket, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
                     v6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &never, sizeof never);
}

// One of `sockets` that share the memory of a lane.
Result<Fd> sending_socket(const Tunnel& tunnel, const Address& address, unsigned sockets) {
  const bool udp = tunnel.uses_udp();
  TRY(Fd socket, connected(tunnel, address, udp ? SOCK_DGRAM : SOCK_RAW, udp ? 0 : IPPROTO_GRE));
  const int on = 1;
  const int least = 1;  // nothing is received; a raw socket would keep the GRE packets of others
  (void)::setsockopt(socket.value(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
  refuse_fragments(socket.value(), address.is_ipv6());
  report_errors(socket.value(), address.is_ipv6());
  const int buffer_bytes = kSendBufferBytes / static_cast<int>(sockets);
  // RFC 7348 and 8926: over IPv4 the checksum is zero.
  if (udp && !address.is_ipv6() && tunnel.kind != TunnelKind::kUdp)
    (void)::setsockopt(socket.value(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on);
  // Without CAP_NET_ADMIN the system limits it.
  if (::setsockopt(socket.value(), SOL_SOCKET, SO_SNDBUFFORCE, &buffer_bytes,
                   sizeof buffer_bytes) != 0) {
    (void)::setsockopt(socket.value(), SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  }
  return socket;
}

}  // namespace

Result<TunnelFacts> inspect_tunnel(const Tunnel& tunnel) {
  TRY(const Address address, resolve(tunnel, tunnel.uses_udp() ? tunnel.port : kDiscardPort));
  return facts_of(tunnel, address);
}

FrameLimits tunnel_limits(const TunnelFacts& facts) noexcept {
  constexpr uint32_t kMostIpBytes = 65535;
  const uint32_t most = std::min(facts.path_mtu, kMostIpBytes);
  return {.ethernet_only = true,
          .min_bytes = 14,
          .max_bytes = most - std::min(most, facts.overhead_bytes)};
}

Result<OpenedTunnel> open_tunnel(const Tunnel& tunnel, unsigned lanes) {
  const uint16_t port = tunnel.uses_udp() ? tunnel.port : kDiscardPort;
  TRY(Address address, resolve(tunnel, port));
  OpenedTunnel opened;
  TRY(opened.facts, facts_of(tunnel, address));
  TRY_VOID(resolve_neighbor(tunnel, address));
  if (tunnel.kind == TunnelKind::kErspan) lanes = 1;
  for (unsigned lane = 0; lane < std::max(lanes, 1u); ++lane) {
    std::vector<Fd> sockets;
    const unsigned count = tunnel.uses_udp() ? kPortsPerLane : 1;
    for (unsigned i = 0; i < count; ++i) {
      TRY(Fd socket, sending_socket(tunnel, address, count));
      sockets.push_back(std::move(socket));
    }
    opened.lanes.push_back(make_tunnel_transmitter(tunnel, opened.facts, std::move(sockets)));
  }
  return opened;
}

}  // namespace gophercap::transmit
