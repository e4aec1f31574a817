// The bare loops send packets from memory with one system call after the other and nothing else.
// This is the most that a sender can reach at top speed, for each way into the kernel; `gophercap
// replay --topspeed` is compared with it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "bench/bare/ring_socket.h"
#include "bench/bare/xsk_socket.h"
#include "bench/packet_socket.h"
#include "bench/pcap_file.h"
#include "bench/program.h"

namespace gophercap::bench {
namespace {

enum class Mode : uint8_t { kMmsg, kRing, kXsk };

struct Options {
  std::string interface;
  std::vector<std::string> files;
  Mode mode = Mode::kMmsg;
  size_t batch = 256;
  unsigned threads = 1;
  unsigned loops = 1;
  bool qdisc_bypass = false;
};

class MmsgLoop final : public BareLoop {
 public:
  MmsgLoop(Fd socket, Frames frames) : socket_(std::move(socket)), list_(frames) {}

  Sent send_all(size_t batch) noexcept override {
    for (size_t at = 0; at < list_.size();) {
      const int sent = list_.send(socket_, at, std::min(batch, list_.size() - at));
      if (sent < 0) return {at, -sent};
      at += static_cast<size_t>(sent);
    }
    return {list_.size(), 0};
  }

 private:
  Fd socket_;
  SendList list_;
};

Result<std::unique_ptr<BareLoop>> open_loop(const Options& options, Frames frames) {
  if (options.mode == Mode::kXsk) return XskSocket::open(options.interface, 0, frames);
  if (options.mode == Mode::kRing) {
    return RingSocket::open(options.interface, options.qdisc_bypass, frames);
  }
  TRY(Fd socket, open_sender(options.interface, options.qdisc_bypass));
  return std::unique_ptr<BareLoop>(std::make_unique<MmsgLoop>(std::move(socket), frames));
}

// What one thread sends, with its own socket and its own part of the packets.
struct Part {
  std::unique_ptr<BareLoop> loop;
  Sent sent;
};

void send_part(Part& part, size_t batch, unsigned loops) noexcept {
  for (unsigned loop = 0; loop < loops && part.sent.error == 0; ++loop) {
    const Sent sent = part.loop->send_all(batch);
    part.sent.packets += sent.packets;
    part.sent.error = sent.error;
  }
}

double send_parts(std::vector<Part>& parts, const Options& options) {
  const SendTime start = SendClock::now();
  {
    std::vector<std::jthread> others;
    for (size_t t = 1; t < parts.size(); ++t) {
      others.emplace_back([&, t] { send_part(parts[t], options.batch, options.loops); });
    }
    send_part(parts[0], options.batch, options.loops);
  }
  return std::chrono::duration<double>(SendClock::now() - start).count();
}

Result<int> run(const Options& options) {
  if (options.mode == Mode::kXsk && options.threads > 1) {
    return Error{Errc::kInvalidArgument, 0, "AF_XDP sends by one queue, so by one thread"};
  }
  std::vector<PcapFile> captures;
  std::vector<std::span<const uint8_t>> frames;
  for (const std::string& path : options.files) {
    TRY(PcapFile capture, PcapFile::load(path));
    captures.push_back(std::move(capture));
  }
  uint64_t bytes = 0;
  for (const PcapFile& capture : captures) {
    for (const Packet& packet : capture.packets()) {
      frames.push_back(capture.data(packet));
      bytes += packet.captured;
    }
  }
  const Frames all(frames);
  std::vector<Part> parts;
  for (unsigned t = 0; t < options.threads; ++t) {
    const size_t from = all.size() * t / options.threads;
    const size_t to = all.size() * (t + 1) / options.threads;
    TRY(std::unique_ptr<BareLoop> loop, open_loop(options, all.subspan(from, to - from)));
    parts.push_back(Part{std::move(loop), {}});
  }

  const double seconds = send_parts(parts, options);
  uint64_t packets = 0;
  for (const Part& part : parts) {
    if (part.sent.error != 0) return errno_error(part.sent.error, options.interface);
    packets += part.sent.packets;
  }
  fmt::print("{{\"packets\": {}, \"bytes\": {}, \"send_seconds\": {:.6f}, \"mpps\": {:.4f}}}\n",
             packets, bytes * options.loops, seconds, static_cast<double>(packets) / seconds / 1e6);
  return 0;
}

}  // namespace
}  // namespace gophercap::bench

int main(int argc, char** argv) {
  using gophercap::bench::Mode;
  gophercap::bench::Options options;
  const std::map<std::string, Mode> modes{
      {"mmsg", Mode::kMmsg}, {"ring", Mode::kRing}, {"xsk", Mode::kXsk}};
  CLI::App app("Sends the packets of pcap files from memory and does nothing else.", "tx_loop");
  app.add_option("-i,--interface", options.interface, "Interface to send on")->required();
  app.add_option("-m,--mode", options.mode,
                 "mmsg: sendmmsg (default); ring: PACKET_TX_RING; xsk: AF_XDP, copy mode")
      ->transform(CLI::CheckedTransformer(modes));
  app.add_option("-b,--batch", options.batch, "Packets of one system call")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("-t,--threads", options.threads, "Threads; each sends its part of the packets")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("-l,--loops", options.loops)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_flag("--qdisc-bypass", options.qdisc_bypass, "Pass by the interface's queue discipline");
  app.add_option("files", options.files, "pcap files, sent one after the other")->required();
  return gophercap::bench::run_program(app, argc, argv,
                                       [&] { return gophercap::bench::run(options); });
}
