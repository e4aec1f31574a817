#include "bench/bare/xsk_socket.h"

#include <net/if.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace gophercap::bench {
namespace {

constexpr uint32_t kChunks = 1024;  // and the same number of entries in each ring, so that none can
                                    // be full
constexpr size_t kChunkBytes = 2048;
constexpr size_t kBigChunkBytes = 4096;  // the kernel's limit: a page

Result<> set_option(const Fd& fd, int name, const auto& value, const char* word) {
  if (::setsockopt(fd.value(), SOL_XDP, name, &value, sizeof value) == 0) return {};
  return errno_error(errno, word);
}

Result<xdp_mmap_offsets> ring_offsets(const Fd& fd) {
  xdp_mmap_offsets offsets{};
  socklen_t bytes = sizeof offsets;
  if (::getsockopt(fd.value(), SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &bytes) != 0) {
    return errno_error(errno, "XDP_MMAP_OFFSETS");
  }
  if (bytes != sizeof offsets) {
    return Error{Errc::kUnsupported, 0, "AF_XDP rings of a kernel older than 5.4"};
  }
  return offsets;
}

Result<> register_chunks(const Fd& fd, const MappedMemory& chunks, size_t chunk_bytes) {
  xdp_umem_reg memory{};
  memory.addr = std::bit_cast<uintptr_t>(chunks.data());
  memory.len = chunks.size();
  memory.chunk_size = static_cast<uint32_t>(chunk_bytes);
  return set_option(fd, XDP_UMEM_REG, memory, "XDP_UMEM_REG");
}

Result<> bind_queue(const Fd& fd, const std::string& interface, uint32_t queue) {
  sockaddr_xdp address{};
  address.sxdp_family = AF_XDP;
  address.sxdp_flags = XDP_COPY | XDP_USE_NEED_WAKEUP;
  address.sxdp_ifindex = ::if_nametoindex(interface.c_str());
  if (address.sxdp_ifindex == 0) return errno_error(errno, interface);
  address.sxdp_queue_id = queue;
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  // The kernel releases a queue some time after the socket on it was closed.
  constexpr int kTries = 100;
  for (int tries = 1; ::bind(fd.value(), generic, sizeof address) != 0; ++tries) {
    if (errno != EBUSY || tries == kTries) return errno_error(errno, "AF_XDP on " + interface);
    const timespec moment{0, 20'000'000};
    ::nanosleep(&moment, nullptr);
  }
  return {};
}

}  // namespace

Result<XskRing> XskRing::map(const Fd& fd, const xdp_ring_offset& offsets, uint64_t page_offset,
                             size_t entries, size_t entry_bytes) {
  TRY(MappedMemory memory, MappedMemory::shared(fd, offsets.desc + entries * entry_bytes,
                                                static_cast<int64_t>(page_offset), "AF_XDP ring"));
  return XskRing(std::move(memory), offsets, static_cast<uint32_t>(entries));
}

Result<std::unique_ptr<BareLoop>> XskSocket::open(const std::string& interface, uint32_t queue,
                                                  Frames frames) {
  const size_t frame_bytes = longest(frames);
  const size_t chunk_bytes = frame_bytes <= kChunkBytes ? kChunkBytes : kBigChunkBytes;
  if (frame_bytes > chunk_bytes) {
    return Error{Errc::kInvalidArgument, 0, "AF_XDP takes frames of 4096 bytes at most"};
  }
  Fd fd(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno_error(errno, "AF_XDP socket");
  TRY(MappedMemory chunks, MappedMemory::anonymous(kChunks * chunk_bytes));
  TRY_VOID(register_chunks(fd, chunks, chunk_bytes));
  // Binding requires the ring of empty chunks for receiving, even if nothing is received.
  TRY_VOID(set_option(fd, XDP_UMEM_FILL_RING, kChunks, "XDP_UMEM_FILL_RING"));
  TRY_VOID(set_option(fd, XDP_UMEM_COMPLETION_RING, kChunks, "XDP_UMEM_COMPLETION_RING"));
  TRY_VOID(set_option(fd, XDP_TX_RING, kChunks, "XDP_TX_RING"));
  TRY(const xdp_mmap_offsets offsets, ring_offsets(fd));
  TRY(XskRing send, XskRing::map(fd, offsets.tx, XDP_PGOFF_TX_RING, kChunks, sizeof(xdp_desc)));
  TRY(XskRing done,
      XskRing::map(fd, offsets.cr, XDP_UMEM_PGOFF_COMPLETION_RING, kChunks, sizeof(uint64_t)));
  TRY_VOID(bind_queue(fd, interface, queue));
  return std::unique_ptr<BareLoop>(new XskSocket(std::move(fd), std::move(chunks), chunk_bytes,
                                                 std::move(send), std::move(done), frames));
}

XskSocket::XskSocket(Fd socket, MappedMemory chunks, size_t chunk_bytes, XskRing send, XskRing done,
                     Frames frames)
    : chunks_(std::move(chunks)),
      socket_(std::move(socket)),
      chunk_bytes_(chunk_bytes),
      chunk_count_(chunks_.size() / chunk_bytes),
      send_(std::move(send)),
      done_(std::move(done)),
      frames_(frames) {
  free_.reserve(chunk_count_);
  for (size_t chunk = chunk_count_; chunk > 0; --chunk) free_.push_back((chunk - 1) * chunk_bytes_);
}

void XskSocket::reap() noexcept {
  const uint32_t to = done_.producer().load(std::memory_order_acquire);
  uint32_t from = done_.consumer().load(std::memory_order_relaxed);
  completed_ += to - from;
  for (; from != to; ++from) free_.push_back(done_.at<uint64_t>(from));
  done_.consumer().store(to, std::memory_order_release);
}

// In copy mode the kernel sends inside this call, at most 32 descriptors, and returns EAGAIN if
// there are more. Returns 0 or an errno that does not go away.
int XskSocket::kick() noexcept {
  while (send_.needs_wakeup()) {
    if (::sendto(socket_.value(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) >= 0) return 0;
    if (!passes(errno)) return errno;
  }
  return 0;
}

Sent XskSocket::send_all(size_t batch) noexcept {
  const uint64_t before = completed_;
  uint32_t next = send_.producer().load(std::memory_order_relaxed);
  for (size_t at = 0; at < frames_.size();) {
    reap();
    const size_t count = std::min({batch, frames_.size() - at, free_.size()});
    for (size_t i = 0; i < count; ++i, ++at, ++next) {
      const uint64_t chunk = free_.back();
      free_.pop_back();
      std::memcpy(chunks_.data() + chunk, frames_[at].data(), frames_[at].size());
      send_.at<xdp_desc>(next) = {chunk, static_cast<uint32_t>(frames_[at].size()), 0};
    }
    send_.producer().store(next, std::memory_order_release);
    if (const int error = kick()) return {completed_ - before, error};
  }
  while (under_way() > 0) {
    if (const int error = kick()) return {completed_ - before, error};
    reap();
  }
  return {completed_ - before, 0};
}

}  // namespace gophercap::bench
