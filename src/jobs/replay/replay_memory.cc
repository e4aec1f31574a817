#include "jobs/replay/replay_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "archive/tarball.h"
#include "io/open.h"
#include "replay/engine.h"

namespace gophercap::jobs {
namespace {

using dataset::FileSummary;

// More packets read ahead do not improve speed, unless the whole set is to be in memory.
constexpr uint64_t kPacketsUnlessAsked = uint64_t{128} << 20;
// A set is refused if each byte would be decompressed more often than this on average.
constexpr double kMostRepeats = 24;

struct Needs {
  uint64_t mean = 0;  // of the decoder of a compressed file
  uint64_t largest = 0;
  uint64_t at_once = 0;  // of all files that are open at the same time
  uint64_t files_at_once = 0;
};

bool is_compressed(const FileSummary& file) {
  return file.compression != io::Compression::kNone || !file.tarball.empty();
}

// Returns what a decoder needs once it has seen the first frame, or 0 if the file cannot be opened.
template <class Open>
uint64_t needed_by(const Open& open) {
  const io::MemoryBound& bound = io::MemoryBound::of_process();
  const uint64_t before = bound.used();
  auto input = open();
  if (!input) return 0;
  std::array<uint8_t, 1> first{};
  if (!input->source->read(first)) return 0;
  return bound.used() - std::min(before, bound.used());
}

// Members are not inspected, because reaching one may require decompressing a whole tarball.
Needs look_into(const dataset::DatasetSummary& set, const replay::Plan& plan) {
  constexpr size_t kMostLooks = 64;
  std::vector<const FileSummary*> compressed;
  for (const FileSummary& file : set.files) {
    if (!file.empty() && is_compressed(file)) compressed.push_back(&file);
  }
  Needs needs;
  needs.files_at_once =
      std::min<uint64_t>(plan.overlap_depth + replay::kPrefetchFiles, 2 * plan.files.size());
  if (compressed.empty()) return needs;
  std::unordered_map<std::string, uint64_t> tarballs;
  const size_t looks = std::min(compressed.size(), kMostLooks);
  uint64_t sum = 0;
  for (size_t i = 0; i < looks; ++i) {
    const FileSummary& file = *compressed[i * compressed.size() / looks];
    uint64_t needed = 0;
    if (file.tarball.empty()) {
      needed = needed_by([&] { return io::open_input(file.path); });
    } else if (const auto known = tarballs.find(file.tarball); known != tarballs.end()) {
      needed = known->second;
    } else {
      needed = needed_by([&] { return archive::open_tarball(file.tarball); });
      tarballs.emplace(file.tarball, needed);
    }
    sum += needed;
    needs.largest = std::max(needs.largest, needed);
  }
  needs.mean = sum / looks;
  const double part =
      static_cast<double>(compressed.size()) / static_cast<double>(set.files.size());
  needs.at_once = static_cast<uint64_t>(static_cast<double>(needs.mean * needs.files_at_once) *
                                        std::min(part, 1.0));
  return needs;
}

// How often a byte is decompressed on average, if every file is reopened for each slab.
double repeats(const dataset::DatasetSummary& set, uint64_t slab_bytes) {
  // Only gzip has checkpoints; other files are read from their beginning.
  constexpr uint64_t kBetweenPlaces = uint64_t{3} << 19;
  double again = 0;
  double plain = 0;
  for (const FileSummary& file : set.files) {
    const auto bytes = static_cast<double>(file.plain_bytes);
    plain += bytes;
    if (!is_compressed(file)) continue;
    const double turns = bytes / static_cast<double>(slab_bytes);
    const uint64_t before = file.compression == io::Compression::kGzip
                                ? std::min(file.plain_bytes / 2, kBetweenPlaces)
                                : file.plain_bytes / 2;
    again += turns * static_cast<double>(before);
  }
  return plain > 0 ? 1 + again / plain : 1;
}

}  // namespace

Result<ReplayMemory> share_memory(const dataset::DatasetSummary& set, const replay::Plan& plan,
                                  const MemoryLimit& limit, unsigned reader_threads, bool preload,
                                  Reporter& reporter) {
  const Needs needs = look_into(set, plan);
  // If readers help each other to decompress, helpers take half as much memory as packets.
  const bool helpers = plan.overlap_depth < reader_threads && needs.largest > 0;
  const auto for_packets = [&](uint64_t left) {
    if (helpers) left -= left / 3;
    return limit.asked || preload ? left : std::min(left, kPacketsUnlessAsked);
  };
  ReplayMemory memory{.packets_bytes = for_packets(limit.bytes),
                      .decoders_bytes = needs.at_once,
                      .reader_threads = reader_threads};
  io::MemoryBound& bound = io::MemoryBound::of_process();
  if (needs.at_once <= io::MemoryBound::kLeast) {
    bound.set_aside(
        std::min(memory.packets_bytes, limit.bytes - std::min(limit.bytes, needs.at_once)));
    return memory;
  }
  if (needs.at_once <= limit.bytes / 2 || needs.at_once + kPacketsUnlessAsked <= limit.bytes) {
    memory.packets_bytes = for_packets(limit.bytes - needs.at_once);
    bound.set_aside(memory.packets_bytes);
    return memory;
  }
  // Larger slabs mean fewer turns, so decoders only get what the active readers need.
  memory.in_turns = true;
  memory.decoders_bytes = std::max({io::MemoryBound::kLeast, needs.largest,
                                    std::min(needs.largest * reader_threads, limit.bytes / 4)});
  memory.reader_threads = static_cast<unsigned>(std::clamp<uint64_t>(
      memory.decoders_bytes / std::max<uint64_t>(needs.largest, 1), 1, reader_threads));
  memory.packets_bytes =
      std::max(limit.bytes - std::min(limit.bytes, memory.decoders_bytes), limit.bytes / 4);
  bound.set_aside(limit.bytes - std::min(limit.bytes, memory.decoders_bytes));

  const uint64_t slab = replay::slab_bytes_for(memory.packets_bytes, needs.files_at_once, true);
  const double times = repeats(set, preload ? slab / 8 : slab);
  const std::string facts =
      fmt::format("{} files are needed at once, and their decompression needs {}; the limit is {}",
                  needs.files_at_once, io::binary_size(needs.at_once),
                  io::binary_size(limit.bytes * limit.parts));
  const std::string flag = io::memory_flag((needs.at_once + kPacketsUnlessAsked) * limit.parts);
  if (times > kMostRepeats) {
    return Error{
        Errc::kInvalidArgument, 0,
        fmt::format("--memory: {}: each of them would be decompressed again and again, about "
                    "{:.0f} times; --memory {} would do",
                    facts, times, flag)};
  }
  reporter.warning(fmt::format(
      "{}: they take turns, and are decompressed again from an earlier place, about {:.1f} times "
      "in all; --memory {} would avoid that",
      facts, times, flag));
  return memory;
}

}  // namespace gophercap::jobs
