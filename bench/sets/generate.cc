// Generates capture sets like those of capture threads: several writers run at the same time, each
// fills one file after the other, and files are numbered by their start. The same options and seed
// give the same bytes.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "bench/pcap_file.h"
#include "bench/program.h"
#include "bench/sets/arrival_times.h"
#include "bench/sets/made_frames.h"

namespace gophercap::bench {
namespace {

constexpr int64_t kBeginningNs = 1'601'280'000'000'000'000;  // 2020-09-28 08:00:00 UTC
constexpr uint32_t kTinyPackets = 3;
constexpr uint32_t kTinyPerFolder = 1000;

struct Options {
  bool imix = true;
  uint32_t frame_bytes = 64;
  uint32_t files = 1;
  uint32_t writers = 1;
  uint32_t file_mib = 0;
  uint64_t packets = 0;
  double span_s = 0;
  double rate_pps = 0;
  Pattern pattern = Pattern::kBurst;
  bool nanos = false;
  bool sequence = false;
  uint64_t seed = 1;
  uint32_t tiny = 0;
  bool overlap = false;
  std::string out;

  double mean_frame_bytes() const noexcept {
    return imix ? 0.58 * 64 + 0.33 * 594 + 0.09 * 1514 : frame_bytes;
  }
};

// A file of the set before it gets its number.
struct PlannedFile {
  uint32_t writer = 0;
  uint64_t packets = 0;  // 0: as many as fit into the file size
  double expected_packets = 0;
  std::string temporary;
  int64_t first_ns = 0;
};

// Capture threads do not share the load evenly: files are distributed by fixed weights, with at
// least one for each writer.
std::vector<uint32_t> files_per_writer(uint32_t files, uint32_t writers) {
  static constexpr std::array<uint32_t, 8> kWeights = {6, 2, 7, 3, 5, 2, 4, 3};
  std::vector<uint32_t> share(writers, 1);
  for (uint32_t given = writers; given < files; ++given) {
    size_t best = 0;
    const auto need = [&](size_t w) { return static_cast<double>(kWeights[w % 8]) / share[w]; };
    for (size_t w = 1; w < writers; ++w) {
      if (need(w) > need(best)) best = w;
    }
    ++share[best];
  }
  return share;
}

std::vector<PlannedFile> plan(const Options& options) {
  std::vector<PlannedFile> files;
  const std::vector<uint32_t> share = files_per_writer(options.files, options.writers);
  const double by_size = static_cast<double>(options.file_mib) * 1048576 /
                         (options.mean_frame_bytes() + kRecordHeaderBytes);
  for (uint32_t writer = 0; writer < options.writers; ++writer) {
    for (uint32_t i = 0; i < share[writer]; ++i) {
      PlannedFile file;
      file.writer = writer;
      file.temporary = fmt::format("{}/.writer-{}-{}.part", options.out, writer, i);
      if (options.file_mib == 0) {
        const size_t index = files.size();
        file.packets = options.packets / options.files + (index < options.packets % options.files);
      }
      file.expected_packets = file.packets > 0 ? static_cast<double>(file.packets) : by_size;
      files.push_back(std::move(file));
    }
  }
  return files;
}

ArrivalTimes arrivals_of(const Options& options, const std::vector<PlannedFile>& files,
                         uint32_t writer) {
  double all = 0;
  double own = 0;
  for (const PlannedFile& file : files) {
    all += file.expected_packets;
    if (file.writer == writer) own += file.expected_packets;
  }
  const double span_s = options.rate_pps > 0 ? all / options.rate_pps : options.span_s;
  const double rate = own / span_s;
  // Steady writers are evenly interleaved; the others start shortly after one another.
  const bool steady =
      options.pattern == Pattern::kConstant || options.pattern == Pattern::kBursts32;
  const double step_ns = steady ? 1e9 / rate / options.writers : 1e9 * span_s / 1000;
  const int64_t start = kBeginningNs + std::llround(step_ns * writer);
  return {options.pattern, rate, start, options.nanos ? 1 : 1000, options.seed * 1000 + writer};
}

// Numbers the packets of each file for sequence numbers in the order of the whole set. The numbers
// of the files (`ranks`) decide between equal times, as file names do in a replay.
std::vector<std::vector<uint64_t>> number_packets(const Options& options,
                                                  std::vector<PlannedFile>& files) {
  struct Stamp {
    int64_t time_ns;
    size_t rank;
    size_t file;
    uint64_t index;
  };
  std::vector<Stamp> stamps;
  std::optional<ArrivalTimes> arrivals;
  for (size_t f = 0; f < files.size(); ++f) {
    if (f == 0 || files[f].writer != files[f - 1].writer) {
      arrivals.emplace(arrivals_of(options, files, files[f].writer));
    }
    for (uint64_t i = 0; i < files[f].packets; ++i) stamps.push_back({arrivals->next(), 0, f, i});
    files[f].first_ns = files[f].packets > 0 ? stamps[stamps.size() - files[f].packets].time_ns : 0;
  }
  std::vector<size_t> order(files.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t f) { return files[f].first_ns; });
  std::vector<size_t> ranks(files.size());
  for (size_t rank = 0; rank < order.size(); ++rank) ranks[order[rank]] = rank;
  for (Stamp& stamp : stamps) stamp.rank = ranks[stamp.file];
  std::ranges::sort(stamps, {},
                    [](const Stamp& s) { return std::tuple(s.time_ns, s.rank, s.index); });

  std::vector<std::vector<uint64_t>> numbers(files.size());
  for (size_t f = 0; f < files.size(); ++f) numbers[f].resize(files[f].packets);
  for (size_t n = 0; n < stamps.size(); ++n) numbers[stamps[n].file][stamps[n].index] = n;
  return numbers;
}

uint32_t next_frame_bytes(const Options& options, Random& random) {
  if (!options.imix) return options.frame_bytes;
  const uint32_t percent = random.below(100);
  return percent < 58 ? 64 : percent < 91 ? 594 : 1514;
}

Result<uint64_t> write_file(const Options& options, PlannedFile& file, ArrivalTimes& arrivals,
                            Random& sizes, FrameMaker& frames,
                            const std::vector<uint64_t>* numbers) {
  TRY(PcapFileWriter writer, PcapFileWriter::create(file.temporary, options.nanos));
  const uint64_t limit_bytes = uint64_t{options.file_mib} << 20;
  uint64_t packets = 0;
  for (;;) {
    const uint32_t bytes = next_frame_bytes(options, sizes);
    // A capture thread starts a new file when the file has reached its size.
    const bool full =
        limit_bytes > 0 ? writer.size_bytes() >= limit_bytes : packets == file.packets;
    if (full) break;
    const int64_t time_ns = arrivals.next();
    if (packets == 0) file.first_ns = time_ns;
    const std::span<uint8_t> frame = writer.add(time_ns, bytes, bytes);
    if (numbers != nullptr) {
      frames.fill_sequence(frame, (*numbers)[packets]);
    } else {
      frames.fill(frame);
    }
    ++packets;
  }
  TRY_VOID(writer.close());
  return packets;
}

// Gives files their final names, numbered by start as in a capture system.
Result<> name_files(const Options& options, std::vector<PlannedFile> files) {
  std::ranges::stable_sort(files, {}, &PlannedFile::first_ns);
  const size_t width = std::max<size_t>(2, std::to_string(files.size() - 1).size());
  const char* stem = options.sequence ? "sequence" : options.imix ? "imix" : "fixed";
  for (size_t i = 0; i < files.size(); ++i) {
    std::error_code error;
    const std::string path = fmt::format("{}/{}-{:0{}}.pcap", options.out, stem, i, width);
    std::filesystem::rename(files[i].temporary, path, error);
    if (error) return errno_error(error.value(), path);
  }
  return {};
}

Result<uint64_t> generate_set(const Options& options) {
  std::vector<PlannedFile> files = plan(options);
  std::vector<std::vector<uint64_t>> numbers;
  if (options.sequence) numbers = number_packets(options, files);
  std::optional<ArrivalTimes> arrivals;
  std::optional<FrameMaker> frames;
  Random sizes(options.seed);
  uint64_t packets = 0;
  for (size_t f = 0; f < files.size(); ++f) {
    const uint32_t writer = files[f].writer;
    if (f == 0 || writer != files[f - 1].writer) {
      arrivals.emplace(arrivals_of(options, files, writer));
      frames.emplace(options.seed * 1000 + 500 + writer);
    }
    TRY(const uint64_t written, write_file(options, files[f], *arrivals, sizes, *frames,
                                           options.sequence ? &numbers[f] : nullptr));
    packets += written;
  }
  TRY_VOID(name_files(options, std::move(files)));
  return packets;
}

// Very many files with few packets. Disjoint: each file has its own 10 ms. Overlapping: each file
// spans the whole set, and all files take turns packet by packet.
Result<uint64_t> generate_tiny(const Options& options) {
  FrameMaker frames(options.seed);
  for (uint32_t f = 0; f < options.tiny; ++f) {
    const std::string folder = fmt::format("{}/d{:03}", options.out, f / kTinyPerFolder);
    if (f % kTinyPerFolder == 0) {
      std::error_code error;
      std::filesystem::create_directories(folder, error);
      if (error) return errno_error(error.value(), folder);
    }
    TRY(PcapFileWriter writer,
        PcapFileWriter::create(fmt::format("{}/f{:06}.pcap", folder, f), options.nanos));
    for (int64_t i = 0; i < kTinyPackets; ++i) {
      const int64_t ms = options.overlap ? i * 1000 : f * int64_t{10} + i;
      const int64_t us = ms * 1000 + (options.overlap ? int64_t{f} : 0);
      frames.fill(writer.add(kBeginningNs + us * 1000, options.frame_bytes, options.frame_bytes));
    }
    TRY_VOID(writer.close());
  }
  return uint64_t{options.tiny} * kTinyPackets;
}

const char* contradiction(const Options& o) {
  if (o.tiny == 0 && (o.file_mib == 0) == (o.packets == 0))
    return "--file-mib or --packets, please";
  if (o.sequence && o.packets == 0) return "--sequence needs --packets";
  if (o.files < o.writers) return "fewer --files than --writers";
  if (o.tiny == 0 && (o.span_s > 0) == (o.rate_pps > 0)) return "--span or --rate, please";
  if (o.frame_bytes < kMinFrameBytes) return "frames have at least 54 bytes";
  return nullptr;
}

Result<int> run(Options options) {
  if (options.sequence) {
    options.imix = false;
    options.frame_bytes = 128;
  }
  if (const char* why = contradiction(options)) return Error{Errc::kInvalidArgument, 0, why};
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error) return errno_error(error.value(), options.out);
  TRY(const uint64_t packets, options.tiny > 0 ? generate_tiny(options) : generate_set(options));
  fmt::print("{{\"packets\": {}}}\n", packets);
  return 0;
}

}  // namespace
}  // namespace gophercap::bench

int main(int argc, char** argv) {
  using gophercap::bench::Pattern;
  gophercap::bench::Options options;
  std::string kind = "imix";
  std::string format = "pcap";
  CLI::App app("Makes capture sets, the same ones from the same seed.", "generate");
  app.add_option("--out", options.out, "Folder for the files")->required();
  app.add_option("--kind", kind, "imix: 64/594/1514 bytes, 58/33/9 %")
      ->check(CLI::IsMember({"imix", "fixed"}))
      ->capture_default_str();
  app.add_option("--size", options.frame_bytes, "Frame bytes of a fixed or tiny set")
      ->check(CLI::Range(54, 65000))
      ->capture_default_str();
  app.add_option("--files", options.files)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--writers", options.writers, "Capture threads at the same time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--file-mib", options.file_mib, "A file is closed when it has this size");
  app.add_option("--packets", options.packets, "Packets of the whole set, instead of --file-mib");
  app.add_option("--span", options.span_s, "Seconds that each writer captures, about");
  app.add_option("--rate", options.rate_pps, "Packets per second of the set, instead of --span");
  const std::map<std::string, Pattern> patterns{{"burst", Pattern::kBurst},
                                                {"poisson", Pattern::kPoisson},
                                                {"constant", Pattern::kConstant},
                                                {"bursts32", Pattern::kBursts32}};
  app.add_option("--pattern", options.pattern, "When the packets come (default: burst)")
      ->transform(CLI::CheckedTransformer(patterns));
  app.add_option("--format", format, "pcap: microseconds, pcap-ns: nanoseconds")
      ->check(CLI::IsMember({"pcap", "pcap-ns"}))
      ->capture_default_str();
  app.add_flag("--sequence", options.sequence, "128-byte UDP frames, numbered at frame offset 42");
  app.add_option("--tiny", options.tiny, "This many files of three packets, in folders of 1000");
  app.add_flag("--overlap", options.overlap,
               "With --tiny: all at the same time, not one after the other");
  app.add_option("--seed", options.seed)->capture_default_str();
  return gophercap::bench::run_program(app, argc, argv, [&] {
    options.imix = kind == "imix";
    options.nanos = format == "pcap-ns";
    return gophercap::bench::run(options);
  });
}
