#include "transmit/tunnel/open_tunnel.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"

namespace gophercap::transmit {
namespace {

// A sensor on the loopback interface.
class Sensor {
 public:
  Sensor() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bound_ = ::bind(socket_.value(), as_plain(address), sizeof address) == 0;
    socklen_t bytes = sizeof address;
    (void)::getsockname(socket_.value(), as_plain(address), &bytes);
    port_ = ntohs(address.sin_port);
  }

  bool bound() const noexcept { return bound_; }
  std::string place() const { return "127.0.0.1:" + std::to_string(port_); }

  // The next datagram, and the port that it came from.
  std::vector<uint8_t> receive(uint16_t& from) {
    pollfd wanted{.fd = socket_.value(), .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, 20'000) != 1) return {};
    std::vector<uint8_t> bytes(70'000);
    sockaddr_in sender{};
    socklen_t size = sizeof sender;
    const ssize_t got =
        ::recvfrom(socket_.value(), bytes.data(), bytes.size(), 0, as_plain(sender), &size);
    bytes.resize(got < 0 ? 0 : static_cast<size_t>(got));
    from = ntohs(sender.sin_port);
    return bytes;
  }

 private:
  static sockaddr* as_plain(sockaddr_in& address) noexcept {
    return static_cast<sockaddr*>(static_cast<void*>(&address));
  }

  Fd socket_;
  bool bound_ = false;
  uint16_t port_ = 0;
};

// An Ethernet frame with IPv4 between two hosts.
std::vector<uint8_t> frame_between(uint8_t source, uint8_t destination, size_t bytes = 60) {
  std::vector<uint8_t> frame(bytes);
  frame[12] = 0x08;
  frame[14] = 0x45;
  frame[23] = 17;
  frame[29] = source;
  frame[33] = destination;
  return frame;
}

Frame as_frame(const std::vector<uint8_t>& bytes) {
  const auto count = static_cast<uint32_t>(bytes.size());
  return {.data = bytes.data(), .captured_bytes = count, .original_bytes = count};
}

Result<OpenedTunnel> opened(const std::string& spec) {
  TRY(const Tunnel tunnel, parse_tunnel(spec));
  return open_tunnel(tunnel, 1);
}

TEST(OpenTunnel, FramesArriveBehindTheirHeaderAndFlowsKeepTheirPort) {
  Sensor sensor;
  ASSERT_TRUE(sensor.bound());
  const auto tunnel = opened("vxlan:" + sensor.place() + ",vni=5");
  ASSERT_TRUE(tunnel) << tunnel.error().what;
  EXPECT_EQ(tunnel->facts.remote, "127.0.0.1");
  EXPECT_EQ(tunnel->facts.local, "127.0.0.1");
  EXPECT_EQ(tunnel->facts.overhead_bytes, 36u);
  Transmitter& lane = *tunnel->lanes.at(0);

  std::vector<std::vector<uint8_t>> frames;
  for (uint8_t pair = 0; pair < 40; ++pair) {
    frames.push_back(frame_between(pair, 200));
    frames.push_back(frame_between(200, pair));  // the answer
  }
  std::vector<Frame> batch;
  for (const auto& frame : frames) batch.push_back(as_frame(frame));
  for (size_t sent = 0; sent < batch.size();) {
    const SendOutcome outcome = lane.send(std::span(batch).subspan(sent));
    ASSERT_TRUE(outcome.error == 0 || outcome.error == EAGAIN) << outcome.error;
    sent += outcome.accepted;
  }
  ASSERT_TRUE(lane.finish());

  std::set<uint16_t> ports;
  uint16_t port_before = 0;
  for (size_t i = 0; i < frames.size(); ++i) {
    uint16_t port = 0;
    const std::vector<uint8_t> datagram = sensor.receive(port);
    ASSERT_EQ(datagram.size(), 8 + frames[i].size());
    EXPECT_EQ(std::memcmp(datagram.data(), "\x08\0\0\0\0\0\x05\0", 8), 0);
    EXPECT_EQ(std::memcmp(datagram.data() + 8, frames[i].data(), frames[i].size()), 0);
    if (i % 2 == 1) {
      EXPECT_EQ(port, port_before) << "of both directions";
    }
    port_before = port;
    ports.insert(port);
  }
  EXPECT_GT(ports.size(), 5u) << "different flows";
}

TEST(OpenTunnel, NobodyListeningDoesNotStopIt) {
  std::string place;
  {
    Sensor gone;
    ASSERT_TRUE(gone.bound());
    place = gone.place();
  }
  const auto tunnel = opened("udp:" + place);
  ASSERT_TRUE(tunnel) << tunnel.error().what;
  const std::vector<uint8_t> bytes = frame_between(1, 2);
  const std::vector<Frame> one = {as_frame(bytes)};
  for (int i = 0; i < 50; ++i) {
    const SendOutcome outcome = tunnel->lanes.at(0)->send(one);
    EXPECT_EQ(outcome.error, 0);
    EXPECT_EQ(outcome.accepted, 1u);
  }
}

TEST(OpenTunnel, WhatFitsIsWhatTheKernelTakes) {
  Sensor sensor;
  ASSERT_TRUE(sensor.bound());
  const auto tunnel = opened("geneve:" + sensor.place());
  ASSERT_TRUE(tunnel) << tunnel.error().what;
  Transmitter& lane = *tunnel->lanes.at(0);
  const FrameLimits limits = lane.limits();
  EXPECT_TRUE(limits.ethernet_only);
  ASSERT_GT(limits.max_bytes, 1000u);
  const auto longest = frame_between(1, 2, limits.max_bytes);
  const auto too_long = frame_between(1, 2, limits.max_bytes + 1);
  const std::vector<Frame> both = {as_frame(longest), as_frame(too_long)};
  EXPECT_EQ(lane.send(std::span(both).first(1)).accepted, 1u);
  const SendOutcome refused = lane.send(std::span(both).last(1));
  EXPECT_EQ(refused.accepted, 0u);
  EXPECT_EQ(refused.error, EMSGSIZE);
  uint16_t port = 0;
  EXPECT_EQ(sensor.receive(port).size(), 8 + longest.size());
}

TEST(OpenTunnel, AHostThatDoesNotExistIsNamed) {
  const std::string host(64, 'x');  // too long for a label, so that no server is asked
  const auto tunnel = opened("vxlan:" + host);
  ASSERT_FALSE(tunnel);
  EXPECT_EQ(tunnel.error().what.substr(0, 66), host + ": ");
}

}  // namespace
}  // namespace gophercap::transmit
