#include "transmit/tunnel/tunnel_transmitter.h"

#include <fmt/format.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "packet/flow_key.h"
#include "transmit/tunnel/encapsulation.h"

namespace gophercap::transmit {
namespace {

constexpr size_t kBatch = 64;

int64_t wall_clock_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class TunnelTransmitter final : public Transmitter {
 public:
  TunnelTransmitter(const Tunnel& tunnel, const TunnelFacts& facts, std::vector<Fd> sockets)
      : encapsulation_(tunnel),
        name_(fmt::format("{} (at {}, path MTU {}, {} bytes of headers)",
                          transmit::describe(tunnel), facts.remote, facts.path_mtu,
                          facts.overhead_bytes)),
        limits_(tunnel_limits(facts)),
        sockets_(std::move(sockets)) {
    for (size_t i = 0; i < kBatch; ++i) {
      vectors_[2 * i].iov_base = headers_[i].data();
      vectors_[2 * i].iov_len = encapsulation_.bytes();
      messages_[i].msg_hdr.msg_iov = &vectors_[2 * i];
      messages_[i].msg_hdr.msg_iovlen = 2;
    }
  }

  SendOutcome send(std::span<const Frame> frames) noexcept override {
    const size_t count = std::min(frames.size(), kBatch);
    const int64_t now = wall_clock_ns();
    for (size_t i = 0; i < count; ++i) {
      const Frame& frame = frames[i];
      encapsulation_.write(headers_[i].data(), sequence_ + static_cast<uint32_t>(i), now);
      // The API lacks const, but the kernel only reads.
      vectors_[2 * i + 1] = {const_cast<uint8_t*>(frame.data), frame.captured_bytes};
      const uint32_t hash = packet::pair_hash(frame.data, frame.captured_bytes, frame.link_type);
      // The lowest bits have chosen the lane.
      socket_of_[i] = (hash >> 16) % sockets_.size();
    }
    size_t done = 0;
    while (done < count) {
      size_t end = done + 1;
      while (end < count && socket_of_[end] == socket_of_[done]) ++end;
      const int error = send_run(done, end);
      if (error != 0) {
        sequence_ += static_cast<uint32_t>(done);
        return {done, error};
      }
    }
    sequence_ += static_cast<uint32_t>(done);
    return {done, 0};
  }

  // Datagrams may wait in the kernel for a device; nothing else confirms that they have left.
  Result<> finish() override {
    constexpr int kTries = 100;
    for (const Fd& socket : sockets_) {
      for (int i = 0; i < kTries && bytes_waiting(socket) > 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
  }

  size_t preferred_batch() const noexcept override { return kBatch; }
  FrameLimits limits() const noexcept override { return limits_; }
  std::string describe() const override { return name_; }

 private:
  // Sends the frames from `done` to `end`, which have one socket, and moves `done` behind those
  // that were accepted. Returns the errno for the first other one, or 0.
  int send_run(size_t& done, size_t end) noexcept {
    const int socket = sockets_[socket_of_[done]].value();
    bool told = false;
    while (done < end) {
      const int sent =
          ::sendmmsg(socket, &messages_[done], static_cast<unsigned>(end - done), MSG_DONTWAIT);
      if (sent > 0) {
        done += static_cast<size_t>(sent);
        told = false;
        continue;
      }
      // An answer to an earlier datagram, for example that nobody listens there, is returned once
      // and says nothing about this one. A replay goes on, as a mirror would. What is wrong with
      // this datagram is returned again.
      const bool busy = errno == EAGAIN || errno == ENOBUFS || errno == EINTR;
      if (busy || told) return errno;
      told = true;
    }
    return 0;
  }

  const Encapsulation encapsulation_;
  const std::string name_;
  const FrameLimits limits_;
  const std::vector<Fd> sockets_;
  uint32_t sequence_ = 0;
  std::array<std::array<uint8_t, Encapsulation::kMostBytes>, kBatch> headers_{};
  std::array<iovec, 2 * kBatch> vectors_{};
  std::array<mmsghdr, kBatch> messages_{};
  std::array<size_t, kBatch> socket_of_{};
};

}  // namespace

uint32_t bytes_waiting(const Fd& socket) noexcept {
  std::array<uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t bytes = sizeof memory;
  // Not SIOCOUTQ: the filter of system calls lets no such ioctl through.
  if (::getsockopt(socket.value(), SOL_SOCKET, SO_MEMINFO, memory.data(), &bytes) != 0) return 0;
  return memory[SK_MEMINFO_WMEM_ALLOC];
}

std::unique_ptr<Transmitter> make_tunnel_transmitter(const Tunnel& tunnel, const TunnelFacts& facts,
                                                     std::vector<Fd> sockets) {
  return std::make_unique<TunnelTransmitter>(tunnel, facts, std::move(sockets));
}

}  // namespace gophercap::transmit
