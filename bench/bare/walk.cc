// The bare walk reads only the record headers of pcap files, in blocks that stay in the cache. This
// is the most that a tool which looks at every packet can reach; `gophercap map` is compared with
// it.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "bench/pcap_file.h"
#include "bench/program.h"

namespace gophercap::bench {
namespace {

struct Counts {
  uint64_t packets = 0;
  uint64_t captured_bytes = 0;
  uint64_t file_bytes = 0;

  void operator+=(const Counts& other) noexcept {
    packets += other.packets;
    captured_bytes += other.captured_bytes;
    file_bytes += other.file_bytes;
  }
};

// Walks over one file. `buffer` holds the rest of a header from the previous block before the
// block.
Result<Counts> walk(const std::string& path, std::vector<uint8_t>& buffer) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno_error(errno, path);
  uint8_t* const block = buffer.data() + kRecordHeaderBytes;
  const size_t block_bytes = buffer.size() - kRecordHeaderBytes;
  Counts counts;
  size_t skip = kFileHeaderBytes;  // bytes to skip before the next header
  size_t rest = 0;                 // bytes before `block` of a header that the end of the block has
                                   // cut
  for (;;) {
    const ssize_t n = ::read(fd.value(), block, block_bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, path);
    if (n == 0) break;
    if (counts.file_bytes == 0 && (n < 24 || load_le32(block) != kMagicMicros)) {
      return Error{Errc::kUnsupported, 0, path + ": not a little-endian microsecond pcap"};
    }
    counts.file_bytes += static_cast<size_t>(n);
    const uint8_t* at = block - rest;
    size_t left = static_cast<size_t>(n) + rest;
    while (skip + kRecordHeaderBytes <= left) {
      at += skip;
      left -= skip;
      const uint32_t captured = load_le32(at + 8);
      ++counts.packets;
      counts.captured_bytes += captured;
      skip = kRecordHeaderBytes + captured;
    }
    const size_t passed = std::min(skip, left);
    skip -= passed;
    rest = left - passed;
    std::memmove(block - rest, at + passed, rest);
  }
  if (skip + rest != 0) return Error{Errc::kTruncated, 0, path + ": the last record is cut"};
  return counts;
}

Result<Counts> walk_all(const std::vector<std::string>& paths, unsigned threads,
                        size_t block_bytes) {
  std::atomic<size_t> next{0};
  std::vector<Result<Counts>> results(threads, Counts{});
  {
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        std::vector<uint8_t> buffer(kRecordHeaderBytes + block_bytes);
        for (size_t i = next++; i < paths.size() && results[t]; i = next++) {
          Result<Counts> counts = walk(paths[i], buffer);
          if (counts) {
            *results[t] += *counts;
          } else {
            results[t] = std::move(counts);
          }
        }
      });
    }
  }
  Counts sum;
  for (const Result<Counts>& result : results) {
    if (!result) return result.error();
    sum += *result;
  }
  return sum;
}

Result<int> run(const std::vector<std::string>& paths, unsigned threads, size_t block_kib) {
  const auto start = std::chrono::steady_clock::now();
  TRY(const Counts counts, walk_all(paths, threads, block_kib * 1024));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{{\"packets\": {}, \"captured_bytes\": {}, \"file_bytes\": {}, \"seconds\": {:.6f}, "
      "\"gb_per_second\": {:.3f}}}\n",
      counts.packets, counts.captured_bytes, counts.file_bytes, took.count(),
      static_cast<double>(counts.file_bytes) / 1e9 / took.count());
  return 0;
}

}  // namespace
}  // namespace gophercap::bench

int main(int argc, char** argv) {
  std::vector<std::string> paths;
  unsigned threads = 1;
  size_t block_kib = 256;
  CLI::App app("Walks the record headers of pcap files as fast as the machine lets it.", "walk");
  app.add_option("-t,--threads", threads, "Threads; each takes whole files")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--block-kib", block_kib, "Bytes of one read()")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("files", paths, "Little-endian microsecond pcap files")->required();
  return gophercap::bench::run_program(
      app, argc, argv, [&] { return gophercap::bench::run(paths, threads, block_kib); });
}
