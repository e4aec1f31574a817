// A capture that grows between its map and its replay.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "dataset/scan/scan.h"
#include "replay/engine.h"
#include "replay/plan/plan.h"
#include "testing/pcap_builder.h"
#include "testing/recording_transmitter.h"
#include "testing/temp_dir.h"

namespace gophercap::replay {
namespace {

using testing::Bytes;
using testing::PcapBuilder;

constexpr int64_t kSecond = 1'000'000'000;

Bytes capture_of(int packets) {
  PcapBuilder pcap;
  for (int i = 0; i < packets; ++i) pcap.packet(i * kSecond, testing::ethernet_frame(60));
  return pcap.bytes();
}

void append(const std::string& path, const Bytes& bytes, size_t from) {
  std::ofstream out(path, std::ios::binary | std::ios::app);
  for (size_t i = from; i < bytes.size(); ++i) out.put(static_cast<char>(bytes[i]));
}

class GrownFile : public ::testing::Test {
 protected:
  Report play_after(const std::function<void(const std::string&)>& change, size_t mapped_bytes) {
    Bytes mapped = whole_;
    mapped.resize(mapped_bytes);
    const std::string path = dir_.write("a.pcap", mapped);
    dataset::DatasetSummary set;
    set.files = {dataset::scan_file(path)};
    dataset::summarize(set);
    const Result<Plan> plan = make_plan(set);
    EXPECT_TRUE(plan);
    change(path);
    SimulatedClock clock;
    return play(*plan, {}, out_, clock, {}, {});
  }

  const Bytes whole_ = capture_of(5);
  testing::TempDir dir_;
  testing::RecordingTransmitter out_;
};

TEST_F(GrownFile, IsPlayedAsFarAsItWasMapped) {
  const size_t two = 24 + 2 * 76;
  const Report report =
      play_after([&](const std::string& path) { append(path, whole_, two); }, two);
  EXPECT_EQ(out_.sent.size(), 2u);
  EXPECT_EQ(report.accounts.read, 2u);
  EXPECT_TRUE(report.damaged.empty());
}

TEST_F(GrownFile, ThatWasCutIsCutAsBefore) {
  const size_t cut = 24 + 2 * 76 + 30;
  const Report report =
      play_after([&](const std::string& path) { append(path, whole_, cut); }, cut);
  EXPECT_EQ(out_.sent.size(), 2u);
  ASSERT_EQ(report.damaged.size(), 1u);
  EXPECT_EQ(report.damaged[0].damage.code, Errc::kTruncated);
}

TEST_F(GrownFile, AnotherOfThatNameIsNotPlayed) {
  const Report report = play_after(
      [&](const std::string& path) {
        // Its first packets are the same except for one time.
        Bytes other = capture_of(9);
        other[24 + 76] ^= 1;
        dir_.write("b.pcap", other);
        std::filesystem::rename(dir_.path("b.pcap"), path);
      },
      whole_.size());
  EXPECT_TRUE(out_.sent.empty());
  ASSERT_EQ(report.damaged.size(), 1u);
  EXPECT_NE(report.damaged[0].damage.reason.find("changed"), std::string::npos);
}

}  // namespace
}  // namespace gophercap::replay
