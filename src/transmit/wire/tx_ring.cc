#include "transmit/wire/tx_ring.h"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/time.h"
#include "transmit/wire/af_packet.h"
#include "transmit/wire/mapping.h"

namespace gophercap::transmit {
namespace {

constexpr size_t kBatch = 256;
constexpr uint32_t kSlots = 1024;
// The offset of the frame in a slot: after the header, where a receiving ring has the address.
constexpr uint32_t kAlign = TPACKET_ALIGNMENT;
constexpr uint32_t kDataOffset = (sizeof(tpacket2_hdr) + kAlign - 1) / kAlign * kAlign;
constexpr uint32_t kSmallestSlot = 2048;
constexpr uint32_t kBlockBytes = 1 << 16;
constexpr Nanos kLongestDrain = std::chrono::seconds(1);

class TxRing final : public Transmitter {
 public:
  TxRing(Fd socket, Mapping ring, uint32_t slot_bytes, std::string name, FrameLimits limits)
      : socket_(std::move(socket)),
        ring_(std::move(ring)),
        slot_bytes_(slot_bytes),
        name_(std::move(name)),
        limits_(limits) {}

  SendOutcome send(std::span<const Frame> frames) noexcept override {
    size_t n = 0;
    while (n < frames.size() && put(frames[n])) ++n;
    const int error = kick();
    // Frames that the call has not accepted are withdrawn, newest first, because nothing would send
    // them before the next packet is due. The kernel reads the ring only inside our calls and
    // continues where we do.
    bool cut_short = false;
    for (; n > 0 && is_untaken(previous(head_)); --n) {
      head_ = previous(head_);
      status(head_).store(TP_STATUS_AVAILABLE, std::memory_order_release);
      cut_short = true;
    }
    if (error != 0) return {n, error};
    return {n, cut_short || n == 0 ? EAGAIN : 0};
  }

  Result<> finish() override {
    const SendTime begun = SendClock::now();
    while (unconfirmed().frames > 0) {
      const int error = kick();
      if (!is_passing(error)) return errno_error(error, name_);
      if (SendClock::now() - begun > kLongestDrain) {
        return Error{Errc::kIo, ETIMEDOUT,
                     fmt::format("{}: {} frames lie in the ring and do not leave", name_,
                                 unconfirmed().frames)};
      }
      const timespec moment{0, 50'000};
      ::nanosleep(&moment, nullptr);
    }
    return {};
  }

  Unconfirmed unconfirmed() const noexcept override {
    Unconfirmed busy;
    for (uint32_t slot = 0; slot < kSlots; ++slot) {
      if (status(slot).load() == TP_STATUS_AVAILABLE) continue;
      ++busy.frames;
      busy.bytes += length_of(slot);
    }
    return busy;
  }
  size_t preferred_batch() const noexcept override { return kBatch; }
  FrameLimits limits() const noexcept override { return limits_; }
  std::string describe() const override { return name_; }

 private:
  static_assert(offsetof(tpacket2_hdr, tp_status) == 0);
  std::atomic_ref<uint32_t> status(uint32_t slot) const noexcept {
    return std::atomic_ref<uint32_t>(*ring_.word(size_t{slot} * slot_bytes_));
  }

  // The length that was written to the slot.
  uint32_t length_of(uint32_t slot) const noexcept {
    uint32_t bytes = 0;
    std::memcpy(&bytes, ring_.data() + size_t{slot} * slot_bytes_ + offsetof(tpacket2_hdr, tp_len),
                sizeof bytes);
    return bytes;
  }

  bool put(const Frame& frame) noexcept {
    if (status(head_).load(std::memory_order_acquire) != TP_STATUS_AVAILABLE) return false;
    uint8_t* slot = ring_.data() + size_t{head_} * slot_bytes_;
    std::memcpy(slot + kDataOffset, frame.data, frame.captured_bytes);
    std::memcpy(slot + offsetof(tpacket2_hdr, tp_len), &frame.captured_bytes,
                sizeof frame.captured_bytes);
    status(head_).store(TP_STATUS_SEND_REQUEST, std::memory_order_release);
    head_ = (head_ + 1) % kSlots;
    return true;
  }

  static uint32_t previous(uint32_t slot) noexcept { return (slot + kSlots - 1) % kSlots; }
  bool is_untaken(uint32_t slot) const noexcept {
    const uint32_t now = status(slot).load(std::memory_order_acquire);
    return now == TP_STATUS_SEND_REQUEST || now == TP_STATUS_WRONG_FORMAT;
  }
  // Lets the kernel send what is in the ring.
  int kick() noexcept { return ::send(socket_.value(), nullptr, 0, MSG_DONTWAIT) < 0 ? errno : 0; }
  static bool is_passing(int error) noexcept {
    return error == 0 || error == EAGAIN || error == ENOBUFS || error == EINTR;
  }

  Fd socket_;
  Mapping ring_;
  const uint32_t slot_bytes_;
  std::string name_;
  FrameLimits limits_;
  uint32_t head_ = 0;
};

}  // namespace

Result<std::unique_ptr<Transmitter>> open_tx_ring(const std::string& interface,
                                                  const InterfaceFacts& facts, bool qdisc_bypass,
                                                  uint32_t longest_frame_bytes) {
  const std::string what = fmt::format("interface {}: PACKET_TX_RING", interface);
  TRY(Fd socket, open_packet_socket(interface, facts, qdisc_bypass));
  const int version = TPACKET_V2;
  if (::setsockopt(socket.value(), SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0)
    return errno_error(errno, what);
  FrameLimits limits = interface_limits(facts);
  const uint32_t longest =
      std::clamp(longest_frame_bytes, limits.min_bytes, limits.max_bytes) + limits.vlan_extra_bytes;
  const uint32_t slot = std::max(std::bit_ceil(longest + kDataOffset), kSmallestSlot);
  // Even if a file has changed since it was mapped, no frame may exceed a slot.
  limits.max_bytes = std::min(limits.max_bytes, slot - kDataOffset - limits.vlan_extra_bytes);
  tpacket_req request{};
  request.tp_frame_size = slot;
  request.tp_frame_nr = kSlots;
  request.tp_block_size = std::max(slot, kBlockBytes);
  request.tp_block_nr = kSlots / (request.tp_block_size / slot);
  if (::setsockopt(socket.value(), SOL_PACKET, PACKET_TX_RING, &request, sizeof request) != 0)
    return errno_error(errno, what);
  TRY(Mapping ring,
      Mapping::create(socket.value(), size_t{slot} * kSlots, MAP_SHARED | MAP_POPULATE, 0, what));
  return std::unique_ptr<Transmitter>(std::make_unique<TxRing>(
      std::move(socket), std::move(ring), slot,
      fmt::format("interface {} (AF_PACKET TX_RING, MTU {})", interface, facts.mtu), limits));
}

}  // namespace gophercap::transmit
