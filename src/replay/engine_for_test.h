// Generated files that are played in simulated time into a transmitter that records everything.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "dataset/scan/scan.h"
#include "replay/engine.h"
#include "testing/pcap_builder.h"
#include "testing/recording_transmitter.h"
#include "testing/temp_dir.h"

namespace gophercap::replay {

inline constexpr int64_t kEngineBase = 1'600'000'000'000'000'000;

// A frame that contains the number of the packet.
inline testing::Bytes numbered(uint32_t file, uint32_t number, size_t size = 60) {
  testing::Bytes frame = testing::ethernet_frame(size);
  for (unsigned i = 0; i < 4; ++i) {
    frame[14 + i] = static_cast<uint8_t>(file >> (8 * i));
    frame[18 + i] = static_cast<uint8_t>(number >> (8 * i));
  }
  return frame;
}

struct ExpectedPacket {
  int64_t key;
  std::string path;
  uint32_t number;
  testing::Bytes frame;
};

class Engine : public ::testing::Test {
 protected:
  // Adds a file with packets at these microseconds after kBase, and remembers the expected result.
  void add_file(const std::string& name, const std::vector<int64_t>& micros,
                size_t frame_bytes = 60) {
    testing::PcapBuilder pcap;
    int64_t key = INT64_MIN;
    for (uint32_t i = 0; i < micros.size(); ++i) {
      const int64_t time = kEngineBase + micros[i] * 1000;
      key = std::max(key, time);
      testing::Bytes frame = numbered(file_count_, i, frame_bytes);
      pcap.packet(time, frame);
      expected_.push_back({key, dir_.path() / name, i, std::move(frame)});
    }
    ++file_count_;
    paths_.push_back(dir_.write(name, pcap.bytes()));
  }

  Plan plan() {
    std::sort(paths_.begin(), paths_.end());
    dataset::ScanProgress progress;
    dataset::DatasetSummary set;
    set.files = dataset::scan_files(paths_, 1, progress);
    dataset::summarize(set);
    Result<Plan> made = make_plan(set);
    EXPECT_TRUE(made) << made.error().what;
    return *std::move(made);
  }

  Report run(const EngineOptions& options = {}, std::stop_token stop = {}) {
    SimulatedClock clock;
    return play(plan(), options, out_, clock, {}, stop);
  }

  void expect_merged_order(uint64_t loops = 1) {
    std::sort(expected_.begin(), expected_.end(),
              [](const ExpectedPacket& a, const ExpectedPacket& b) {
                return std::tie(a.key, a.path, a.number) < std::tie(b.key, b.path, b.number);
              });
    ASSERT_EQ(out_.sent.size(), expected_.size() * loops);
    for (size_t i = 0; i < out_.sent.size(); ++i) {
      ASSERT_EQ(out_.sent[i].data, expected_[i % expected_.size()].frame) << "packet " << i;
    }
  }

  testing::TempDir dir_;
  std::vector<std::string> paths_;
  std::vector<ExpectedPacket> expected_;
  testing::RecordingTransmitter out_;
  uint32_t file_count_ = 0;
};

}  // namespace gophercap::replay
