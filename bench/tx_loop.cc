// The bare sendmmsg loop: packets from memory, one system call after the other, nothing else. The
// most that a sender over AF_PACKET can reach at top speed; `gophercap replay --topspeed` is
// measured against it.
#include <chrono>
#include <thread>

#include "base/time.h"
#include "bench/capture.h"
#include "bench/packet_socket.h"
#include "bench/program.h"

namespace gophercap::bench {
namespace {

struct Options {
  std::string interface;
  std::vector<std::string> files;
  size_t batch = 256;
  unsigned threads = 1;
  unsigned loops = 1;
  bool qdisc_bypass = false;
};

// What one thread sends: its own socket, its own part of the packets.
struct Part {
  Fd socket;
  SendList list;
  int error = 0;
};

void send_all(Part& part, size_t batch, unsigned loops) noexcept {
  for (unsigned loop = 0; loop < loops; ++loop) {
    for (size_t at = 0; at < part.list.size();) {
      const int sent = part.list.send(part.socket, at, std::min(batch, part.list.size() - at));
      if (sent < 0) {
        part.error = -sent;
        return;
      }
      at += static_cast<size_t>(sent);
    }
  }
}

Result<int> run(const Options& options) {
  std::vector<Capture> captures;
  std::vector<std::span<const uint8_t>> frames;
  for (const std::string& path : options.files) {
    TRY(Capture capture, Capture::load(path));
    captures.push_back(std::move(capture));
  }
  uint64_t bytes = 0;
  for (const Capture& capture : captures) {
    for (const Packet& packet : capture.packets()) {
      frames.push_back(capture.data(packet));
      bytes += packet.captured;
    }
  }
  const std::span<const std::span<const uint8_t>> all(frames);
  std::vector<Part> parts;
  for (unsigned t = 0; t < options.threads; ++t) {
    const size_t from = all.size() * t / options.threads;
    const size_t to = all.size() * (t + 1) / options.threads;
    TRY(Fd socket, open_sender(options.interface, options.qdisc_bypass));
    parts.push_back(Part{std::move(socket), SendList(all.subspan(from, to - from))});
  }

  const SendTime start = SendClock::now();
  {
    std::vector<std::jthread> others;
    for (size_t t = 1; t < parts.size(); ++t) {
      others.emplace_back([&, t] { send_all(parts[t], options.batch, options.loops); });
    }
    send_all(parts[0], options.batch, options.loops);
  }
  const double seconds = std::chrono::duration<double>(SendClock::now() - start).count();
  for (const Part& part : parts) {
    if (part.error != 0) return errno_error(part.error, options.interface);
  }
  const uint64_t packets = uint64_t{frames.size()} * options.loops;
  fmt::print("{{\"packets\": {}, \"bytes\": {}, \"send_seconds\": {:.6f}, \"mpps\": {:.4f}}}\n",
             packets, bytes * options.loops, seconds, static_cast<double>(packets) / seconds / 1e6);
  return 0;
}

}  // namespace
}  // namespace gophercap::bench

int main(int argc, char** argv) {
  gophercap::bench::Options options;
  CLI::App app("Sends the packets of pcap files with bare sendmmsg calls, from memory.", "tx_loop");
  app.add_option("-i,--interface", options.interface, "Interface to send on")->required();
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
