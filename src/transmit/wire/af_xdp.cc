#include "transmit/wire/af_xdp.h"

#include <fmt/format.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/time.h"
#include "transmit/wire/mapping.h"
#include "transmit/wire/xdp_ring.h"

namespace gophercap::transmit {
namespace {

constexpr size_t kBatch = 64;
constexpr uint32_t kChunks = 1024;
constexpr uint32_t kSmallChunk = 2048;
constexpr uint32_t kLargeChunk = 4096;  // the page size, which is the maximum
constexpr int kSendBufferBytes = 8 << 20;
constexpr Nanos kLongestDrain = std::chrono::seconds(1);
// How many descriptors one call sends in copy mode. It is 32 if the kernel (before 6.18) does not
// have this option.
constexpr int kBudgetOption = 9;  // XDP_MAX_TX_SKB_BUDGET
constexpr uint32_t kBudget = 256;

template <class T>
int set_option(const Fd& socket, int option, const T& value) noexcept {
  return ::setsockopt(socket.value(), SOL_XDP, option, &value, sizeof value) == 0 ? 0 : errno;
}

class AfXdp final : public Transmitter {
 public:
  AfXdp(Fd socket, Mapping memory, XdpRing<xdp_desc> sending, XdpRing<uint64_t> completed,
        uint32_t chunk_bytes, bool zero_copy, std::string name, FrameLimits limits)
      : memory_(std::move(memory)),
        socket_(std::move(socket)),
        sending_(std::move(sending)),
        completed_(std::move(completed)),
        chunk_bytes_(chunk_bytes),
        zero_copy_(zero_copy),
        name_(std::move(name)),
        limits_(limits) {
    for (uint32_t i = 0; i < kChunks; ++i)
      free_chunks_[i] = uint64_t{kChunks - 1 - i} * chunk_bytes;
  }

  SendOutcome send(std::span<const Frame> frames) noexcept override {
    reap();
    const size_t n = std::min<size_t>({frames.size(), free_count_, sending_.free()});
    for (size_t i = 0; i < n; ++i) {
      const Frame& frame = frames[i];
      const uint64_t chunk = free_chunks_[--free_count_];
      std::memcpy(memory_.data() + chunk, frame.data, frame.captured_bytes);
      sending_.write({.addr = chunk, .len = frame.captured_bytes, .options = 0});
      length_of(chunk) = frame.captured_bytes;
      on_their_way_bytes_ += frame.captured_bytes;
    }
    sending_.publish();
    if (const int error = push_out(); error != 0) return {n, error};
    if (n == 0) return {0, EAGAIN};
    return {n, 0};
  }

  Result<> finish() override {
    const SendTime begun = SendClock::now();
    for (reap(); free_count_ < kChunks; reap()) {
      if (const int error = kick(); error != 0) return errno_error(error, name_);
      if (SendClock::now() - begun > kLongestDrain) {
        return Error{Errc::kIo, ETIMEDOUT,
                     fmt::format("{}: {} frames were taken and never confirmed", name_,
                                 unconfirmed().frames)};
      }
      nap();
    }
    return {};
  }

  // Wakes the driver, or lets the kernel send what is in the ring. In copy mode a call sends only a
  // limited number. Returns 0 or an errno that does not go away.
  int kick() noexcept {
    if (zero_copy_ && !sending_.needs_wakeup()) return 0;
    const int error =
        ::sendto(socket_.value(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) >= 0 ? 0 : errno;
    if (!zero_copy_) follow(error == EBUSY);
    switch (error) {
      case 0:
      case EBUSY:
      case EAGAIN:
      case ENOBUFS:
      case ENOMEM:
      case EINTR:
        return 0;
      case ENETDOWN:
      case ENXIO:
      case ENODEV:
        return error;
      default:
        return EIO;  // an error of the ring, not of a frame
    }
  }

  Unconfirmed unconfirmed() const noexcept override {
    return {kChunks - free_count_ + dropped_.frames, on_their_way_bytes_ + dropped_.bytes};
  }
  size_t preferred_batch() const noexcept override { return kBatch; }
  FrameLimits limits() const noexcept override { return limits_; }
  std::string refusal() const override {
    if (dropped_.frames == 0) return {};
    return fmt::format("{}: the kernel took {} frames and dropped them (EBUSY)", name_,
                       dropped_.frames);
  }
  std::string describe() const override { return name_; }

 private:
  // In copy mode a call ends at a frame that the kernel has dropped without sending it (EBUSY), and
  // that is the last one it took. The consumer position shows this if any frame was sent before;
  // otherwise the first frame was dropped.
  void follow(bool dropped_one) noexcept {
    const uint32_t told = sending_.taken();
    const bool news = static_cast<int32_t>(told - taken_) > 0;
    if (news) taken_ = told;
    if (!dropped_one) return;
    if (!news) ++taken_;
    ++dropped_.frames;
    dropped_.bytes += sending_.written_before(taken_).len;
  }
  uint32_t& length_of(uint64_t chunk) noexcept { return lengths_[chunk / chunk_bytes_]; }

  // In copy mode nothing is sent between our calls. What a call leaves in the ring would wait until
  // the next packet is due.
  int push_out() noexcept {
    if (const int error = kick(); error != 0 || zero_copy_) return error;
    const SendTime begun = SendClock::now();
    for (uint32_t before = 0; sending_.waiting() > 0;) {
      if (sending_.waiting() == before) {  // no room, or no progress
        if (SendClock::now() - begun > kLongestDrain) return EIO;
        nap();
      }
      before = sending_.waiting();
      reap();  // a full completion ring would block it
      if (const int error = kick(); error != 0) return error;
    }
    return 0;
  }
  static void nap() noexcept {
    const timespec moment{0, 20'000};
    ::nanosleep(&moment, nullptr);
  }
  void reap() noexcept {
    for (uint32_t n = completed_.ready(); n > 0; --n) {
      // Although the kernel writes this index, it is limited to valid chunks.
      const uint64_t chunk = completed_.read() / chunk_bytes_ % kChunks * chunk_bytes_;
      if (free_count_ == kChunks) continue;
      free_chunks_[free_count_++] = chunk;
      on_their_way_bytes_ -= std::exchange(length_of(chunk), 0);
    }
    completed_.release();
  }

  Mapping memory_;  // outlives the socket that sends from it
  Fd socket_;
  XdpRing<xdp_desc> sending_;
  XdpRing<uint64_t> completed_;
  const uint32_t chunk_bytes_;
  const bool zero_copy_;
  std::string name_;
  FrameLimits limits_;
  std::array<uint64_t, kChunks> free_chunks_{};
  uint32_t free_count_ = kChunks;
  std::array<uint32_t, kChunks> lengths_{};  // lengths of the frames in the chunks
  uint64_t on_their_way_bytes_ = 0;          // in chunks that are in use
  uint32_t taken_ = 0;                       // position in the ring, see follow()
  Unconfirmed dropped_;
};

struct Socket {
  Fd fd;
  Mapping memory;
  XdpRing<xdp_desc> sending;
  XdpRing<uint64_t> completed;
};

Result<Socket> make_socket(const std::string& what, uint32_t chunk_bytes) {
  Socket made;
  made.fd = Fd(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!made.fd.valid()) return errno_error(errno, what + ": socket");
  const size_t bytes = size_t{chunk_bytes} * kChunks;
  TRY(made.memory,
      Mapping::create(-1, bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, 0, what + ": memory"));
  xdp_umem_reg memory{};
  std::memcpy(&memory.addr, std::array{made.memory.data()}.data(), sizeof memory.addr);
  memory.len = bytes;
  memory.chunk_size = chunk_bytes;
  if (const int error = set_option(made.fd, XDP_UMEM_REG, memory); error != 0)
    return errno_error(error, what + ": memory for the driver");
  // The kernel requires a ring of chunks for receiving, although nothing is received.
  const uint32_t entries = kChunks;
  for (const int ring : {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_TX_RING}) {
    if (const int error = set_option(made.fd, ring, entries); error != 0)
      return errno_error(error, what + ": rings");
  }
  xdp_mmap_offsets offsets{};
  socklen_t length = sizeof offsets;
  if (::getsockopt(made.fd.value(), SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &length) != 0 ||
      length != sizeof offsets)
    return errno_error(errno, what + ": offsets of the rings");
  const auto map = [&](const xdp_ring_offset& at, size_t entry_bytes, uint64_t offset) {
    return Mapping::create(made.fd.value(), at.desc + entries * entry_bytes,
                           MAP_SHARED | MAP_POPULATE, static_cast<int64_t>(offset),
                           what + ": rings");
  };
  TRY(Mapping sending, map(offsets.tx, sizeof(xdp_desc), XDP_PGOFF_TX_RING));
  TRY(Mapping completed, map(offsets.cr, sizeof(uint64_t), XDP_UMEM_PGOFF_COMPLETION_RING));
  made.sending = {std::move(sending), offsets.tx, entries};
  made.completed = {std::move(completed), offsets.cr, entries};
  (void)set_option(made.fd, kBudgetOption, kBudget);
  if (::setsockopt(made.fd.value(), SOL_SOCKET, SO_SNDBUFFORCE, &kSendBufferBytes,
                   sizeof kSendBufferBytes) != 0) {
    (void)::setsockopt(made.fd.value(), SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes,
                       sizeof kSendBufferBytes);
  }
  return made;
}

int bind_socket(const Fd& fd, unsigned index, uint32_t queue, uint16_t mode) noexcept {
  sockaddr_xdp address{};
  address.sxdp_family = AF_XDP;
  address.sxdp_flags = mode;
  address.sxdp_ifindex = index;
  address.sxdp_queue_id = queue;
  sockaddr_storage storage{};
  std::memcpy(&storage, &address, sizeof address);
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&storage));
  return ::bind(fd.value(), generic, sizeof address) == 0 ? 0 : errno;
}

}  // namespace

Result<std::unique_ptr<Transmitter>> open_af_xdp(const std::string& interface,
                                                 const InterfaceFacts& facts, uint32_t queue,
                                                 uint32_t longest_frame_bytes) {
  const std::string what = fmt::format("interface {}: AF_XDP", interface);
  FrameLimits limits = interface_limits(facts);
  // Frames longer than the interface accepts are skipped anyway.
  const uint32_t longest =
      std::min(longest_frame_bytes, limits.max_bytes) + limits.vlan_extra_bytes;
  if (longest > kLargeChunk) {
    return Error{Errc::kUnsupported, 0,
                 fmt::format("{}: takes frames of {} bytes at most, there are some of {}", what,
                             kLargeChunk - limits.vlan_extra_bytes, longest_frame_bytes)};
  }
  const uint32_t chunk = longest > kSmallChunk ? kLargeChunk : kSmallChunk;
  limits.max_bytes = std::min(limits.max_bytes, chunk - limits.vlan_extra_bytes);
  // A socket whose bind() has failed is unusable, so the second attempt needs a new one.
  const std::array<std::pair<uint16_t, const char*>, 2> modes = {
      {{XDP_ZEROCOPY | XDP_USE_NEED_WAKEUP, "zero-copy"},
       {XDP_COPY | XDP_USE_NEED_WAKEUP, "copy"}}};
  // The kernel releases a queue some time after the socket on it was closed.
  constexpr int kTriesWhileBusy = 50;
  int error = 0;
  for (const auto& [mode, word] : modes) {
    TRY(Socket made, make_socket(what, chunk));
    for (int tries = 0; tries < kTriesWhileBusy; ++tries) {
      error = bind_socket(made.fd, facts.index, queue, mode);
      if (error != EBUSY) break;
      const timespec moment{0, 10'000'000};
      ::nanosleep(&moment, nullptr);
    }
    if (error != 0) continue;
    auto transmitter = std::make_unique<AfXdp>(
        std::move(made.fd), std::move(made.memory), std::move(made.sending),
        std::move(made.completed), chunk, (mode & XDP_ZEROCOPY) != 0,
        fmt::format("interface {} (AF_XDP {}, MTU {})", interface, word, facts.mtu), limits);
    error = transmitter->kick();
    if (error == 0) return std::unique_ptr<Transmitter>(std::move(transmitter));
  }
  return errno_error(error, what);
}

}  // namespace gophercap::transmit
