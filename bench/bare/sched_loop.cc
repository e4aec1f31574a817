// The reference sender is the simplest program that keeps an absolute schedule. It merges all
// packets by time in memory; each is due at start + (its time - the first time). It sleeps until
// 100 us before the deadline, spins for the rest, and sends everything due with one call. The
// timing of `gophercap replay` is compared with it.
#include <sys/prctl.h>
#include <time.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "bench/packet_socket.h"
#include "bench/pcap_file.h"
#include "bench/program.h"

namespace gophercap::bench {
namespace {

constexpr size_t kMaxBatch = 256;
constexpr int64_t kLeadNs = 10'000'000;  // from here to the first packet

struct Options {
  std::string interface;
  std::vector<std::string> files;
  int64_t margin_us = 100;
};

struct Schedule {
  std::vector<int64_t> offsets_ns;  // counted from the first packet
  std::vector<std::span<const uint8_t>> frames;
};

// Merges the files by time; equal times in the order of the files.
Schedule merge(const std::vector<PcapFile>& captures) {
  struct Head {
    int64_t time_ns;
    size_t file;
    size_t index;
    auto operator<=>(const Head&) const = default;
  };
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  const auto push = [&](size_t file, size_t index) {
    const auto packets = captures[file].packets();
    if (index < packets.size()) heads.push({packets[index].time_ns, file, index});
  };
  for (size_t file = 0; file < captures.size(); ++file) push(file, 0);
  Schedule schedule;
  int64_t first_ns = 0;
  while (!heads.empty()) {
    const Head head = heads.top();
    heads.pop();
    const PcapFile& capture = captures[head.file];
    if (schedule.frames.empty()) first_ns = head.time_ns;
    schedule.offsets_ns.push_back(head.time_ns - first_ns);
    schedule.frames.push_back(capture.data(capture.packets()[head.index]));
    push(head.file, head.index + 1);
  }
  return schedule;
}

// Returns at the deadline, or at once if it has passed. Returns the time.
int64_t wait_until(int64_t deadline_ns, int64_t margin_ns) noexcept {
  int64_t now = ns_of(SendClock::now());
  if (deadline_ns - now > margin_ns) {
    const int64_t wake = deadline_ns - margin_ns;
    const timespec until{wake / 1'000'000'000, wake % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
  }
  while ((now = ns_of(SendClock::now())) < deadline_ns) {
  }
  return now;
}

Result<int> run(const Options& options) {
  std::vector<PcapFile> captures;
  for (const std::string& path : options.files) {
    TRY(PcapFile capture, PcapFile::load(path));
    captures.push_back(std::move(capture));
  }
  const Schedule schedule = merge(captures);
  SendList list(schedule.frames);
  TRY(const Fd socket, open_sender(options.interface, true));
  // Without this the kernel may delay a wake-up by 50 us to combine it with others.
  if (::prctl(PR_SET_TIMERSLACK, 1UL) != 0) return errno_error(errno, "PR_SET_TIMERSLACK");

  const int64_t start_ns = ns_of(SendClock::now()) + kLeadNs;
  const std::vector<int64_t>& due = schedule.offsets_ns;
  uint64_t calls = 0;
  for (size_t at = 0; at < list.size(); ++calls) {
    const int64_t passed_ns = wait_until(start_ns + due[at], options.margin_us * 1000) - start_ns;
    size_t end = at + 1;
    while (end < list.size() && end - at < kMaxBatch && due[end] <= passed_ns) ++end;
    const int sent = list.send(socket, at, end - at);
    if (sent < 0) return errno_error(-sent, options.interface);
    at += static_cast<size_t>(sent);
  }
  const double seconds = static_cast<double>(ns_of(SendClock::now()) - start_ns) / 1e9;
  fmt::print("{{\"packets\": {}, \"send_seconds\": {:.6f}, \"send_calls\": {}}}\n", list.size(),
             seconds, calls);
  return 0;
}

}  // namespace
}  // namespace gophercap::bench

int main(int argc, char** argv) {
  gophercap::bench::Options options;
  CLI::App app("Sends pcap files at their own times: the reference for timing.", "sched_loop");
  app.add_option("-i,--interface", options.interface, "Interface to send on")->required();
  app.add_option("--margin-us", options.margin_us, "Spin this long before each deadline")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  app.add_option("files", options.files, "pcap files, sent merged by time")->required();
  return gophercap::bench::run_program(app, argc, argv,
                                       [&] { return gophercap::bench::run(options); });
}
