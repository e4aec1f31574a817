// Compares the engine with a model of SPEC 4 that is as simple as possible: all packets in memory,
// sorted once. Random sets, random options.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "dataset/scan/scan.h"
#include "replay/engine.h"
#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/recording_transmitter.h"
#include "testing/temp_dir.h"

namespace gophercap::replay {
namespace {

constexpr int64_t kBase = 1'600'000'000'000'000'000;

struct ModelPacket {
  int64_t time = 0;
  uint32_t id = 0;
};
// The source of the packet, one of a few stations.
uint8_t station_of(uint32_t id) {
  return static_cast<uint8_t>(id % 7);
}

struct ModelFile {
  std::string path;
  std::vector<ModelPacket> packets;
};
struct ModelOptions {
  Window window{};
  bool sort = false;
  bool together = false;
  std::optional<int64_t> file_gap{};  // one after the other
  ClockSteps steps{};
  bool skip_out_of_order = false;
  Ratio time_factor{};
  uint64_t loops = 1;
  std::optional<Nanos> loop_gap{};
};
struct ModelSent {
  uint32_t id;
  int64_t stamp;
  bool operator==(const ModelSent&) const = default;
};
std::ostream& operator<<(std::ostream& out, const ModelSent& s) {
  return out << "packet " << s.id << " at " << s.stamp - kBase;
}

struct ModelResult {
  std::vector<ModelSent> sent;
  uint64_t read_inside = 0;
  uint64_t skipped = 0;
};

// --clock-steps: the key of each packet, and whether a step comes before it.
std::vector<std::pair<int64_t, bool>> model_keys(const std::vector<ModelPacket>& packets,
                                                 const ClockSteps& steps) {
  std::vector<std::pair<int64_t, bool>> keys;
  const int64_t limit = steps.limit.count();
  int64_t clock = 0;   // what is added to a time
  int64_t former = 0;  // before the last step
  for (const ModelPacket& p : packets) {
    if (keys.empty()) {
      keys.emplace_back(p.time, false);
      continue;
    }
    const int64_t key = keys.back().first;
    bool stepped = false;
    if (steps.follow && p.time + clock < key - limit) {
      const bool as_before = std::abs(p.time + former - key) <= limit;
      former = std::exchange(clock, as_before ? former : key - p.time);
      stepped = true;
    } else if (steps.follow && p.time + clock > key + limit) {
      if (former < clock && p.time + former >= key - limit) {
        std::swap(clock, former);
        stepped = true;
      }
      if (steps.ahead && p.time + clock > key + limit) {
        former = std::exchange(clock, key - p.time);
        stepped = true;
      }
    }
    keys.emplace_back(std::max(key, p.time + clock), stepped);
  }
  return keys;
}

// `files` in the order of their paths.
ModelResult model(const std::vector<ModelFile>& files, const ModelOptions& options) {
  struct Key {
    int64_t key;
    size_t file;
    size_t position;
    uint32_t id;
    bool out_of_order;
  };
  std::vector<Key> keys;
  std::optional<int64_t> zero;
  std::optional<int64_t> next;
  for (size_t f = 0; f < files.size(); ++f) {
    std::vector<Key> mine;
    const auto file_keys = model_keys(files[f].packets, options.steps);
    int64_t before = INT64_MIN;
    for (size_t i = 0; i < file_keys.size(); ++i) {
      const ModelPacket& p = files[f].packets[i];
      const auto [largest, stepped] = file_keys[i];
      const bool out_of_order = p.time < before && !stepped;
      before = p.time;
      if (!options.window.contains(capture_time(p.time))) continue;
      mine.push_back({options.sort ? p.time : largest, f, 0, p.id, out_of_order});
    }
    if (mine.empty()) continue;
    std::stable_sort(mine.begin(), mine.end(),
                     [](const Key& a, const Key& b) { return a.key < b.key; });
    for (size_t i = 0; i < mine.size(); ++i) mine[i].position = i;
    if (options.together) {
      const int64_t own = mine.front().key;
      if (!zero) zero = own;
      for (Key& k : mine) k.key += *zero - own;
    }
    if (options.file_gap) {
      const int64_t moved = next.value_or(mine.front().key) - mine.front().key;
      for (Key& k : mine) k.key += moved;
      next = mine.back().key + *options.file_gap;
    }
    keys.insert(keys.end(), mine.begin(), mine.end());
  }
  ModelResult result;
  if (keys.empty()) return result;
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    return std::tie(a.key, a.file, a.position) < std::tie(b.key, b.file, b.position);
  });
  const int64_t first = keys.front().key;
  const int64_t span = keys.back().key - first;
  const auto n = static_cast<int64_t>(keys.size());
  const int64_t gap = options.loop_gap ? options.loop_gap->count() : n < 2 ? 0 : span / (n - 1);
  for (uint64_t loop = 0; loop < options.loops; ++loop) {
    for (const Key& k : keys) {
      ++result.read_inside;
      if (options.skip_out_of_order && k.out_of_order) {
        ++result.skipped;
        continue;
      }
      const __int128 offset =
          static_cast<__int128>(k.key - first) + static_cast<__int128>(loop) * (span + gap);
      const __int128 due = offset * options.time_factor.num / options.time_factor.den;
      result.sent.push_back({k.id, first + static_cast<int64_t>(due)});
    }
  }
  return result;
}

class Model : public ::testing::TestWithParam<uint32_t> {
 protected:
  std::mt19937 random_{GetParam()};
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool chance(int percent) { return pick(0, 99) < percent; }

  std::vector<ModelFile> make_files() {
    std::vector<ModelFile> files;
    uint32_t id = 0;
    const auto count = static_cast<size_t>(pick(1, 9));
    const bool disorderly = chance(60);
    const bool steps = chance(40);
    for (size_t f = 0; f < count; ++f) {
      ModelFile file;
      int64_t time = kBase + pick(0, 2000);
      for (int64_t i = pick(1, 400); i > 0; --i) {
        time += chance(30) ? 0 : pick(0, 20);
        int64_t stamp = time;
        if (disorderly && chance(8)) stamp -= pick(1, chance(10) ? 5000 : 60);
        if (disorderly && chance(1)) stamp += pick(1, 3000);
        if (steps && chance(1)) time += pick(-4000, 4000);  // the clock is set
        file.packets.push_back({stamp, id++});
      }
      testing::PcapBuilder pcap({.magic = testing::kMagicNanos});
      for (const ModelPacket& p : file.packets) {
        testing::Bytes frame = testing::ethernet_frame(60);
        frame[11] = station_of(p.id);
        for (unsigned b = 0; b < 4; ++b) frame[14 + b] = static_cast<uint8_t>(p.id >> (8 * b));
        pcap.record({.seconds = static_cast<uint32_t>(p.time / 1'000'000'000),
                     .fraction = static_cast<uint32_t>(p.time % 1'000'000'000),
                     .data = frame});
      }
      // Consists of members that can be decompressed in parallel.
      const bool packed = chance(25);
      file.path = dir_.write(
          "f" + std::to_string(f) + ".pcap",
          packed ? testing::bgzf(pcap.bytes(), static_cast<size_t>(pick(20, 2000))) : pcap.bytes());
      files.push_back(std::move(file));
    }
    return files;
  }

  ModelOptions make_options() {
    ModelOptions o;
    if (chance(40)) o.window.from = capture_time(kBase + pick(-100, 4000));
    if (chance(40)) o.window.to = capture_time(kBase + pick(0, 6000));
    o.sort = chance(50);
    o.together = chance(25);
    if (!o.together && chance(30)) o.file_gap = chance(50) ? 0 : pick(1, 800);
    if (!o.sort && chance(50))
      o.steps = {.follow = true, .ahead = chance(50), .limit = Nanos(pick(1, 2000))};
    o.skip_out_of_order = chance(25);
    if (chance(50)) {
      o.time_factor = {static_cast<uint64_t>(pick(1, 1000)), static_cast<uint64_t>(pick(1, 1000))};
    }
    o.loops = static_cast<uint64_t>(pick(1, 3));
    if (chance(30)) o.loop_gap = Nanos(pick(0, 500));
    return o;
  }

  testing::TempDir dir_;
};

TEST_P(Model, TheEngineSendsWhatTheModelSays) {
  const std::vector<ModelFile> files = make_files();
  std::vector<std::string> paths;
  for (const ModelFile& f : files) paths.push_back(f.path);
  dataset::ScanProgress progress;
  dataset::DatasetSummary set;
  set.files = dataset::scan_files(paths, 1, progress);
  dataset::summarize(set);
  for (int round = 0; round < 6; ++round) {
    const ModelOptions o = make_options();
    const ModelResult expected = model(files, o);
    const auto plan =
        make_plan(set, {.window = o.window,
                        .key_rule = o.sort ? KeyRule::kOwnTime : KeyRule::kRunningMax,
                        .clock_steps = o.steps,
                        .files_start_together = o.together,
                        .file_gap = o.file_gap ? std::optional(Nanos(*o.file_gap)) : std::nullopt,
                        .workers = static_cast<unsigned>(pick(1, 3))});
    if (expected.read_inside == 0) {
      ASSERT_FALSE(plan);
      EXPECT_EQ(plan.error().code, Errc::kNotFound);
      continue;
    }
    ASSERT_TRUE(plan) << plan.error().what;
    const auto lanes = static_cast<size_t>(chance(50) ? 1 : pick(2, 4));
    std::vector<testing::RecordingTransmitter> outs(lanes);
    std::vector<SimulatedClock> clock_values(lanes);
    std::vector<transmit::Transmitter*> transmitters;
    std::vector<Clock*> clocks;
    for (size_t lane = 0; lane < lanes; ++lane) {
      transmitters.push_back(&outs[lane]);
      clocks.push_back(&clock_values[lane]);
    }
    const bool preload = chance(30);
    const Report report =
        play(*plan,
             {.choice = {.window = o.window, .skip_out_of_order = o.skip_out_of_order},
              .time_factor = o.time_factor,
              .loops = o.loops,
              .loop_gap = o.loop_gap,
              // Enough memory for packets that are sorted or preloaded; otherwise slabs with few
              // packets.
              .memory_bytes =
                  o.sort || preload ? uint64_t{64} << 20 : static_cast<uint64_t>(pick(1, 1 << 20)),
              .reader_threads = static_cast<unsigned>(pick(1, 3)),
              .preload = preload},
             transmitters, clocks, {}, {});
    ASSERT_FALSE(report.failure);
    // Packets between two stations use the same lane, so each lane has the packets of its stations
    // as in the model, in that order; with one lane, all packets.
    std::map<uint8_t, size_t> lane_of;
    size_t total = 0;
    for (size_t lane = 0; lane < lanes; ++lane) {
      std::vector<ModelSent> sent;
      for (const auto& s : outs[lane].sent) {
        uint32_t id = 0;
        for (unsigned b = 0; b < 4; ++b) id |= static_cast<uint32_t>(s.data[14 + b]) << (8 * b);
        sent.push_back({id, ns_of(s.stamp)});
        ASSERT_EQ(lane_of.try_emplace(station_of(id), lane).first->second, lane);
      }
      std::vector<ModelSent> wanted;
      for (const ModelSent& s : expected.sent) {
        const auto found = lane_of.find(station_of(s.id));
        if (found != lane_of.end() && found->second == lane) wanted.push_back(s);
      }
      ASSERT_EQ(sent, wanted) << "round " << round << ", lane " << lane;
      total += sent.size();
    }
    ASSERT_EQ(total, expected.sent.size());
    const Accounts& a = report.accounts;
    EXPECT_TRUE(a.balanced());
    EXPECT_EQ(a.read - a.outside_window, expected.read_inside);
    EXPECT_EQ(a.skipped_out_of_order, expected.skipped);
    EXPECT_EQ(a.not_sorted, 0u);
    EXPECT_EQ(report.packets_planned * o.loops, expected.read_inside);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Model, ::testing::Range(1u, 41u));

}  // namespace
}  // namespace gophercap::replay
