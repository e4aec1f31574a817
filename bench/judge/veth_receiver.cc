// Receives everything that arrives on an interface, with the arrival time in nanoseconds.
//
// With SO_TIMESTAMPNS the kernel stamps each packet where it enters the receive path. On a veth
// pair that is inside the sender's system call, before any queue, so the time stamp says when the
// packet was sent, whatever the receiver is doing. A TPACKET_V3 ring that holds a second of small
// packets bridges stalls of a busy machine.
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "bench/packet_socket.h"
#include "bench/pcap_file.h"
#include "bench/program.h"

namespace gophercap::bench {
namespace {

constexpr uint32_t kBlockBytes = 4U << 20;
constexpr uint32_t kFrameBytes =
    2048;  // only its alignment matters: version 3 packs frames of any length
constexpr uint32_t kRetireMs = 10;  // a block that is not full is passed on after this time
constexpr int kPollMs = 20;
constexpr int64_t kDrainNs =
    60'000'000;  // after a signal: more than the retire time, for the last block
constexpr size_t kMacBytes = 12;
constexpr uint32_t kVlanBytes = 4;

struct Options {
  std::string interface;
  std::string out;
  uint32_t ring_mib = 256;
  uint64_t expect = 0;
  double idle_timeout_s = 0;
  double first_timeout_s = 0;
  bool count_only = false;
};

struct Totals {
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint64_t ring_drops = 0;
  int64_t first_ns = 0;
  int64_t last_ns = 0;
};

// The memory into which the kernel writes packets. Used by one thread.
class Ring {
 public:
  static Result<Ring> open(const std::string& interface, uint32_t mib);
  Ring(Ring&& other) noexcept = default;
  Ring& operator=(Ring&&) = delete;
  ~Ring() {
    if (socket_.valid()) ::munmap(memory_, bytes_);
  }

  int fd() const noexcept { return socket_.value(); }

  // Returns the next block that the kernel has completed, or null. release() returns it and goes to
  // the next one.
  const uint8_t* ready_block() const noexcept {
    return (status().load(std::memory_order_acquire) & TP_STATUS_USER) != 0 ? block() : nullptr;
  }
  void release() noexcept {
    status().store(TP_STATUS_KERNEL, std::memory_order_release);
    current_ = (current_ + 1) % (bytes_ / kBlockBytes);
  }
  uint64_t drops_since_last_call() const noexcept;

 private:
  Ring(Fd socket, uint8_t* memory, size_t bytes)
      : socket_(std::move(socket)), memory_(memory), bytes_(bytes) {}
  uint8_t* block() const noexcept { return memory_ + current_ * kBlockBytes; }
  std::atomic_ref<uint32_t> status() const noexcept {
    auto* descriptor = static_cast<tpacket_block_desc*>(static_cast<void*>(block()));
    return std::atomic_ref<uint32_t>(descriptor->hdr.bh1.block_status);
  }

  Fd socket_;
  uint8_t* memory_;
  size_t bytes_;
  size_t current_ = 0;
};

Result<> set_option(const Fd& fd, int level, int name, const auto& value, const char* word) {
  if (::setsockopt(fd.value(), level, name, &value, sizeof value) == 0) return {};
  return errno_error(errno, word);
}

Result<Ring> Ring::open(const std::string& interface, uint32_t mib) {
  TRY(Fd fd, open_packet_socket());
  TRY_VOID(set_option(fd, SOL_PACKET, PACKET_VERSION, int{TPACKET_V3}, "PACKET_VERSION"));
  TRY_VOID(set_option(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, int{1}, "PACKET_IGNORE_OUTGOING"));
  TRY_VOID(set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, int{1}, "SO_TIMESTAMPNS"));
  tpacket_req3 request{};
  request.tp_block_size = kBlockBytes;
  request.tp_block_nr = std::max(2U, mib * 1024 / (kBlockBytes / 1024));
  request.tp_frame_size = kFrameBytes;
  request.tp_frame_nr = request.tp_block_nr * (kBlockBytes / kFrameBytes);
  request.tp_retire_blk_tov = kRetireMs;
  TRY_VOID(set_option(fd, SOL_PACKET, PACKET_RX_RING, request, "PACKET_RX_RING"));

  const size_t bytes = size_t{request.tp_block_nr} * kBlockBytes;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.value(), 0);
  if (memory == MAP_FAILED) return errno_error(errno, "mmap of the ring");
  Ring ring(std::move(fd), static_cast<uint8_t*>(memory), bytes);
  TRY_VOID(bind_packet_socket(ring.socket_, interface, ETH_P_ALL));
  // The kernel switches time stamps on asynchronously. Without this wait, the first packets could
  // be stamped later on their way than the others.
  const timespec settle{0, 20'000'000};
  ::nanosleep(&settle, nullptr);
  return ring;
}

uint64_t Ring::drops_since_last_call() const noexcept {
  tpacket_stats_v3 stats{};
  socklen_t length = sizeof stats;
  const int rc = ::getsockopt(fd(), SOL_PACKET, PACKET_STATISTICS, &stats, &length);
  return rc == 0 ? stats.tp_drops : 0;
}

// Returns the size of the outer VLAN tag that the kernel has removed from the bytes. It has to be
// put back after the addresses.
uint32_t removed_tag_bytes(const tpacket3_hdr& header) noexcept {
  const bool tagged = (header.tp_status & TP_STATUS_VLAN_VALID) != 0;
  return tagged && header.tp_snaplen >= kMacBytes ? kVlanBytes : 0;
}

void write_frame(PcapFileWriter& writer, const tpacket3_hdr& header, const uint8_t* data,
                 int64_t time_ns) {
  const uint32_t tag = removed_tag_bytes(header);
  const auto out = writer.add(time_ns, header.tp_snaplen + tag, header.tp_len + tag);
  if (tag == 0) {
    std::memcpy(out.data(), data, header.tp_snaplen);
    return;
  }
  const bool has_type = (header.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
  const uint16_t type = has_type ? header.hv1.tp_vlan_tpid : uint16_t{ETH_P_8021Q};
  std::memcpy(out.data(), data, kMacBytes);
  store_le(out.data() + kMacBytes, byte_swap(type));
  store_le(out.data() + kMacBytes + 2, byte_swap(static_cast<uint16_t>(header.hv1.tp_vlan_tci)));
  std::memcpy(out.data() + kMacBytes + tag, data + kMacBytes, header.tp_snaplen - kMacBytes);
}

void take_block(const uint8_t* block, Totals& totals, PcapFileWriter* writer) {
  tpacket_block_desc descriptor;
  std::memcpy(&descriptor, block, sizeof descriptor);
  const uint8_t* at = block + descriptor.hdr.bh1.offset_to_first_pkt;
  for (uint32_t i = 0; i < descriptor.hdr.bh1.num_pkts; ++i) {
    tpacket3_hdr header;
    std::memcpy(&header, at, sizeof header);
    const int64_t time_ns = int64_t{header.tp_sec} * 1'000'000'000 + header.tp_nsec;
    if (writer != nullptr) write_frame(*writer, header, at + header.tp_mac, time_ns);
    if (totals.packets == 0) totals.first_ns = time_ns;
    totals.last_ns = time_ns;
    ++totals.packets;
    totals.bytes += header.tp_len + removed_tag_bytes(header);
    at += header.tp_next_offset;
  }
}

int64_t monotonic_ns() {
  return ns_of(SendClock::now());
}

Result<Fd> open_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return errno_error(errno, "sigprocmask");
  Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return errno_error(errno, "signalfd");
  return fd;
}

// Decides when to stop receiving.
class Deadline {
 public:
  explicit Deadline(const Options& options) : options_(options), started_ns_(monotonic_ns()) {}

  void signalled() noexcept {
    if (stop_ns_ == 0) stop_ns_ = monotonic_ns() + kDrainNs;
  }
  void received() noexcept { last_packet_ns_ = monotonic_ns(); }
  bool over(const Totals& totals) const noexcept {
    const int64_t now = monotonic_ns();
    if (stop_ns_ != 0) return now >= stop_ns_;
    if (options_.expect > 0 && totals.packets >= options_.expect) return true;
    if (totals.packets == 0) return passed(started_ns_, now, options_.first_timeout_s);
    return passed(last_packet_ns_, now, options_.idle_timeout_s);
  }

 private:
  static bool passed(int64_t since, int64_t now, double seconds) noexcept {
    return seconds > 0 && static_cast<double>(now - since) > seconds * 1e9;
  }

  const Options& options_;
  int64_t started_ns_;
  int64_t last_packet_ns_ = 0;
  int64_t stop_ns_ = 0;  // 0 = no signal yet
};

Result<Totals> receive(Ring& ring, const Fd& signals, const Options& options,
                       PcapFileWriter* writer) {
  Totals totals;
  Deadline deadline(options);
  pollfd waits[2] = {{ring.fd(), POLLIN, 0}, {signals.value(), POLLIN, 0}};
  while (!deadline.over(totals)) {
    if (const uint8_t* block = ring.ready_block()) {
      take_block(block, totals, writer);
      ring.release();
      deadline.received();
      totals.ring_drops += ring.drops_since_last_call();
      continue;
    }
    if (::poll(waits, 2, kPollMs) < 0 && errno != EINTR) return errno_error(errno, "poll");
    if ((waits[1].revents & POLLIN) != 0) {
      deadline.signalled();
      waits[1].fd = -1;  // one signal is enough; its bytes stay unread
    }
    if ((waits[0].revents & POLLERR) != 0) {
      // The interface went down, but packets received before must still be counted. Reading the
      // error clears it.
      int error = 0;
      socklen_t length = sizeof error;
      ::getsockopt(ring.fd(), SOL_SOCKET, SO_ERROR, &error, &length);
    }
  }
  totals.ring_drops += ring.drops_since_last_call();
  return totals;
}

Result<int> run(const Options& options) {
  TRY(const Fd signals, open_signals());
  std::optional<PcapFileWriter> writer;
  if (!options.count_only) {
    TRY(writer, PcapFileWriter::create(options.out, true));
  }
  TRY(Ring ring, Ring::open(options.interface, options.ring_mib));
  fmt::print(stderr, "ready\n");
  TRY(const Totals totals, receive(ring, signals, options, writer ? &*writer : nullptr));
  if (writer) TRY_VOID(writer->close());
  fmt::print(
      "{{\"packets\": {}, \"bytes\": {}, \"ring_drops\": {}, \"first_ns\": {}, \"last_ns\": {}, "
      "\"seconds\": {:.9f}}}\n",
      totals.packets, totals.bytes, totals.ring_drops, totals.first_ns, totals.last_ns,
      static_cast<double>(totals.last_ns - totals.first_ns) / 1e9);
  return 0;
}

}  // namespace
}  // namespace gophercap::bench

int main(int argc, char** argv) {
  namespace bench = gophercap::bench;
  bench::Options options;
  CLI::App app(
      "Receives packets with nanosecond stamps; prints \"ready\" on stderr, totals as JSON at the "
      "end.",
      "veth_receiver");
  app.add_option("-i,--interface", options.interface, "Interface to receive from")->required();
  CLI::Option* out = app.add_option("-o,--out", options.out, "Nanosecond pcap to write");
  CLI::Option* count = app.add_flag("--count-only", options.count_only, "Write nothing, count");
  out->excludes(count);
  app.add_option("--ring-mib", options.ring_mib, "Size of the ring")->capture_default_str();
  app.add_option("--expect", options.expect, "End after this many packets");
  app.add_option("--idle-timeout", options.idle_timeout_s,
                 "End this many seconds after the last packet");
  app.add_option("--first-timeout", options.first_timeout_s,
                 "End if no packet comes for this many seconds");
  return bench::run_program(app, argc, argv, [&]() -> gophercap::Result<int> {
    if (options.out.empty() && !options.count_only) {
      return gophercap::Error{gophercap::Errc::kInvalidArgument, 0,
                              "--out or --count-only, please"};
    }
    return bench::run(options);
  });
}
