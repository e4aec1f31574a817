#include "bench/bare/ring_socket.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "bench/packet_socket.h"

namespace gophercap::bench {
namespace {

constexpr size_t kSlots = 1024;
constexpr size_t kPageBytes = 4096;
constexpr size_t kMinSlotBytes = 128;
// The offset in a slot where the kernel expects the frame: TPACKET2_HDRLEN without the address in
// it.
constexpr size_t kDataOffset = sizeof(tpacket2_hdr);
static_assert(kDataOffset % TPACKET_ALIGNMENT == 0);

tpacket2_hdr* header(uint8_t* slot) noexcept {
  return static_cast<tpacket2_hdr*>(static_cast<void*>(slot));
}

}  // namespace

Result<std::unique_ptr<BareLoop>> RingSocket::open(const std::string& interface, bool qdisc_bypass,
                                                   Frames frames) {
  TRY(Fd fd, open_sender(interface, qdisc_bypass));
  const int version = TPACKET_V2;
  if (::setsockopt(fd.value(), SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0) {
    return errno_error(errno, "PACKET_VERSION");
  }
  // Powers of two divide each other: slots fit into blocks, and blocks into pages or vice versa.
  const size_t slot_bytes = std::max(kMinSlotBytes, std::bit_ceil(kDataOffset + longest(frames)));
  const size_t block_bytes = std::max(kPageBytes, slot_bytes);
  tpacket_req request{};
  request.tp_frame_size = static_cast<unsigned>(slot_bytes);
  request.tp_frame_nr = kSlots;
  request.tp_block_size = static_cast<unsigned>(block_bytes);
  request.tp_block_nr = static_cast<unsigned>(kSlots * slot_bytes / block_bytes);
  if (::setsockopt(fd.value(), SOL_PACKET, PACKET_TX_RING, &request, sizeof request) != 0) {
    return errno_error(errno, "PACKET_TX_RING");
  }
  TRY(MappedMemory ring, MappedMemory::shared(fd, kSlots * slot_bytes, 0, "PACKET_TX_RING"));
  return std::unique_ptr<BareLoop>(
      new RingSocket(std::move(fd), std::move(ring), slot_bytes, frames));
}

RingSocket::RingSocket(Fd socket, MappedMemory ring, size_t slot_bytes, Frames frames)
    : socket_(std::move(socket)),
      ring_(std::move(ring)),
      slot_bytes_(slot_bytes),
      slots_(ring_.size() / slot_bytes),
      frames_(frames) {}

std::atomic_ref<uint32_t> RingSocket::status(size_t slot) noexcept {
  return std::atomic_ref<uint32_t>(header(ring_.data() + slot * slot_bytes_)->tp_status);
}

void RingSocket::put(size_t slot, std::span<const uint8_t> frame) noexcept {
  uint8_t* memory = ring_.data() + slot * slot_bytes_;
  std::memcpy(memory + kDataOffset, frame.data(), frame.size());
  header(memory)->tp_len = static_cast<uint32_t>(frame.size());
  status(slot).store(TP_STATUS_SEND_REQUEST, std::memory_order_release);
}

// Returns 0 even if the kernel could not take everything; the rest stays in the ring for the next
// kick.
int RingSocket::kick(int flags) noexcept {
  if (::send(socket_.value(), nullptr, 0, flags) >= 0 || passes(errno)) return 0;
  return errno;
}

// A kick that may wait sends what is in the ring and returns when all of it has been sent.
int RingSocket::wait_for(size_t slot) noexcept {
  while (status(slot).load(std::memory_order_acquire) != TP_STATUS_AVAILABLE) {
    if (const int error = kick(0)) return error;
  }
  return 0;
}

Sent RingSocket::send_all(size_t batch) noexcept {
  const size_t count = frames_.size();
  for (size_t at = 0; at < count;) {
    for (const size_t end = std::min(at + batch, count); at < end; ++at) {
      if (const int error = wait_for(next_)) return {at, error};
      put(next_, frames_[at]);
      next_ = (next_ + 1) % slots_;
    }
    if (const int error = kick(MSG_DONTWAIT)) return {at, error};
  }
  for (size_t slot = 0; slot < slots_; ++slot) {
    if (const int error = wait_for(slot)) return {count, error};
  }
  return {count, 0};
}

}  // namespace gophercap::bench
