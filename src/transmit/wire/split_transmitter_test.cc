#include "transmit/wire/split_transmitter.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "testing/recording_transmitter.h"
#include "transmit/wire/counted.h"

namespace gophercap::transmit {
namespace {

// Both wires write what they are given into one list.
class SplitTransmitterTest : public ::testing::Test {
 protected:
  SplitTransmitterTest() {
    for (size_t wire = 0; wire < 2; ++wire) {
      wires_[wire].refuse = [this, wire](const Frame& frame, size_t) {
        if (refusal_ != 0 && frame.data[0] == refused_) return refusal_;
        order_ += static_cast<char>('0' + wire);
        order_ += static_cast<char>(frame.data[0]);
        return 0;
      };
    }
  }
  // "a0b1": frame "a" for wire 0, frame "b" for wire 1.
  SendOutcome send(const std::string& frames) {
    std::vector<Frame> list;
    bytes_.assign(frames.begin(), frames.end());
    for (size_t i = 0; i < frames.size(); i += 2)
      list.push_back({.data = &bytes_[i],
                      .captured_bytes = 1,
                      .original_bytes = 1,
                      .wire = static_cast<uint8_t>(frames[i + 1] - '0')});
    return split_.send(list);
  }

  testing::RecordingTransmitter wires_[2];
  SplitTransmitter split_{{&wires_[0], &wires_[1]}};
  std::vector<uint8_t> bytes_;
  std::string order_;
  int refusal_ = 0;
  uint8_t refused_ = 0;
};

TEST_F(SplitTransmitterTest, KeepsTheOrderAcrossWires) {
  EXPECT_EQ(send("a0b0c1d0e1f1g0").accepted, 7U);
  EXPECT_EQ(order_, "0a0b1c0d1e1f0g");
  EXPECT_EQ(wires_[0].calls, (std::vector<size_t>{2, 1, 1})) << "a call for each run";
}

TEST_F(SplitTransmitterTest, NothingOvertakesAFrameThatIsRefused) {
  refusal_ = ENOBUFS;
  refused_ = 'c';
  SendOutcome outcome = send("a0b1c1d0");
  EXPECT_EQ(outcome.accepted, 2U);
  EXPECT_EQ(outcome.error, 0) << "the next call tells";
  outcome = send("c1d0");
  EXPECT_EQ(outcome.accepted, 0U);
  EXPECT_EQ(outcome.error, ENOBUFS);
  EXPECT_EQ(order_, "0a1b");
}

TEST_F(SplitTransmitterTest, TakesWhatBothTake) {
  wires_[0].max_bytes = 1514;
  wires_[1].max_bytes = 9014;
  wires_[1].far_end_bytes = 1600;
  wires_[1].min_bytes = 14;
  wires_[0].batch = 64;
  const FrameLimits limits = split_.limits();
  EXPECT_EQ(limits.max_bytes, 1514U);
  EXPECT_EQ(limits.vlan_extra_bytes, 4U);
  EXPECT_EQ(limits.far_end_bytes, 1600U);
  EXPECT_EQ(limits.min_bytes, 14U);
  EXPECT_EQ(split_.preferred_batch(), 256U);
}

TEST(CommonLimits, AFrameWithATagFitsBothToo) {
  const FrameLimits common = common_limits({.max_bytes = 1514, .vlan_extra_bytes = 4},
                                           {.ethernet_only = true, .max_bytes = 1516});
  EXPECT_EQ(common.max_bytes, 1514U);
  EXPECT_EQ(common.vlan_extra_bytes, 2U);
  EXPECT_TRUE(common.ethernet_only);
  EXPECT_EQ(common_limits(FrameLimits{}, FrameLimits{}).max_bytes, UINT32_MAX);
}

TEST(Counted, CountsWhatIsAccepted) {
  auto recording = std::make_unique<testing::RecordingTransmitter>();
  recording->refuse = [](const Frame&, size_t index) { return index == 2 ? ENOBUFS : 0; };
  Counted counted(std::move(recording));
  const std::vector<uint8_t> bytes(10);
  const std::vector<Frame> frames(3, Frame{.data = bytes.data(), .captured_bytes = 10});
  EXPECT_EQ(counted.send(frames).accepted, 2U);
  EXPECT_EQ(counted.frames(), 2U);
  EXPECT_EQ(counted.bytes(), 20U);
}

}  // namespace
}  // namespace gophercap::transmit
