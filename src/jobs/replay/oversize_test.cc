#include "jobs/replay/oversize.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "jobs/replay/replay_forecast.h"
#include "jobs/replay/replay_job.h"
#include "jobs/verify/verify_job.h"
#include "packet/link_type.h"
#include "rewrite/packet_for_test.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/read_capture.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

using rewrite::Packet;
using testing::Bytes;

constexpr int64_t kSecond = 1'000'000'000;

Bytes tcp(size_t payload, rewrite::TcpFields fields = {}) {
  return Packet().eth(0x0800).ip4().tcp(std::move(fields)).with(rewrite::payload_of(payload));
}
Bytes syn(uint16_t mss) {
  return tcp(0, {.flags = 0x02,
                 .options = {2, 4, static_cast<uint8_t>(mss >> 8), static_cast<uint8_t>(mss)}});
}
Bytes udp(uint16_t fragment_field) {
  return Packet()
      .eth(0x0800)
      .ip4({.protocol = 17, .fragment = fragment_field})
      .udp(53)
      .with(rewrite::payload_of(3000));
}

class OversizeTest : public ::testing::Test {
 protected:
  OversizeTest() {
    options_.delivery.target = FileTarget{dir_.path("out.pcap")};
    options_.mtu = 1500;
  }

  void capture(const std::string& name, const std::vector<Bytes>& packets, int64_t second = 100) {
    testing::PcapBuilder pcap;
    for (const Bytes& packet : packets) pcap.packet(kSecond * second++, packet);
    options_.set.paths.push_back(dir_.write(name, pcap.bytes()));
  }
  // Nothing is missing in the dry run that the replay does.
  replay::Accounts play() {
    const Result<Forecast> forecast = forecast_replay(options_, reporter_, {});
    const Result<ReplayResult> result = run_replay(options_, reporter_, {});
    EXPECT_TRUE(forecast && result) << result.error().what;
    if (!forecast || !result) return {};
    const replay::Accounts& accounts = result->report.accounts;
    report_ = replay::report_to_json(result->report);
    EXPECT_TRUE(accounts.balanced());
    const replay::Accounts& expected = forecast->accounts;
    EXPECT_EQ(expected.sent, accounts.sent);
    EXPECT_EQ(expected.frames_sent, accounts.frames_sent);
    EXPECT_EQ(expected.segmented, accounts.segmented);
    EXPECT_EQ(expected.fragmented, accounts.fragmented);
    EXPECT_EQ(expected.truncated, accounts.truncated);
    EXPECT_EQ(expected.padded, accounts.padded);
    EXPECT_EQ(expected.missing(), accounts.missing());
    return accounts;
  }
  std::vector<size_t> lengths_written() const {
    std::vector<size_t> lengths;
    for (const auto& packet :
         testing::read_capture(testing::read_file(dir_.path("out.pcap"))).packets)
      lengths.push_back(packet.data.size());
    return lengths;
  }

  testing::TempDir dir_;
  testing::QuietReporter reporter_;
  ReplayOptions options_;
  std::string report_;
};

using Lengths = std::vector<size_t>;

TEST_F(OversizeTest, SegmentsHaveTheSizeThatTheirConnectionAgreedOn) {
  capture("data.pcap", {tcp(100), tcp(2500), tcp(300)}, 200);
  capture("start.pcap", {syn(1000)});
  const replay::Accounts accounts = play();
  EXPECT_EQ(accounts.segmented, 1u);
  EXPECT_EQ(accounts.sent, 4u);
  EXPECT_EQ(accounts.frames_sent, 6u);
  EXPECT_EQ(lengths_written(), (Lengths{58, 154, 1054, 1054, 554, 354}));
}

TEST_F(OversizeTest, WithoutABeginningTheLargestSegmentSaysIt) {
  capture("data.pcap", {tcp(900), tcp(2000)});
  play();
  EXPECT_EQ(lengths_written(), (Lengths{954, 954, 954, 254}));
}

// A cooked frame may be longer than the Ethernet frame that it becomes, so what fits is decided by
// the latter: here a segment of 1459 bytes.
TEST_F(OversizeTest, SizesAreThoseOfConvertedFrames) {
  const auto cooked = [](size_t payload) {
    Bytes frame = Packet().ip4().tcp({}).with(rewrite::payload_of(payload));
    Bytes header = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x08, 0x00};
    frame.insert(frame.begin(), header.begin(), header.end());
    return frame;
  };
  testing::PcapBuilder pcap({.link_type = packet::kLinkTypeLinuxCooked});
  pcap.packet(kSecond, cooked(1459));
  pcap.packet(2 * kSecond, cooked(4000));
  options_.set.paths = {dir_.write("cooked.pcap", pcap.bytes())};
  options_.link.to_ethernet = ToEthernet::kOn;
  const replay::Accounts accounts = play();
  EXPECT_EQ(accounts.segmented, 1u);
  EXPECT_EQ(lengths_written(), (Lengths{1513, 1513, 1513, 54 + 1082}));
}

TEST_F(OversizeTest, EachPolicyDoesAsItSays) {
  capture("a.pcap", {tcp(2000), udp(0), udp(0x4000), tcp(10)});
  const auto with = [&](Oversize policy) {
    options_.oversize.policy = policy;
    return play();
  };
  const replay::Accounts segmented = with(Oversize::kSegment);
  EXPECT_EQ(segmented.segmented, 1u);
  EXPECT_EQ(segmented.skipped_too_long, 2u);
  const replay::Accounts fragmented = with(Oversize::kFragment);
  EXPECT_EQ(fragmented.fragmented, 1u);  // TCP must not be fragmented either
  EXPECT_EQ(fragmented.skipped_dont_fragment, 2u);
  options_.oversize.ignore_dont_fragment = true;
  EXPECT_EQ(with(Oversize::kFragment).fragmented, 3u);
  EXPECT_EQ(lengths_written(), (Lengths{1514, 574, 1514, 1514, 82, 1514, 1514, 82, 64}));
  const replay::Accounts truncated = with(Oversize::kTruncate);
  EXPECT_EQ(truncated.truncated, 3u);
  EXPECT_EQ(truncated.sent_cut, 3u);
  EXPECT_EQ(lengths_written(), (Lengths{1514, 1514, 1514, 64}));
  options_.oversize.fix_lengths = true;
  EXPECT_EQ(with(Oversize::kTruncate).sent_cut, 0u);
  const replay::Accounts skipped = with(Oversize::kSkip);
  EXPECT_EQ(skipped.skipped_oversize, 3u);
  EXPECT_EQ(skipped.missing(), 0u);  // as asked
  EXPECT_EQ(lengths_written(), (Lengths{64}));
}

TEST_F(OversizeTest, FailStopsBeforeTheFirstPacket) {
  options_.oversize.policy = Oversize::kFail;
  capture("a.pcap", {tcp(10), tcp(2000)});
  const Result<ReplayResult> result = run_replay(options_, reporter_, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what,
            "--oversize fail: 1 of 2 packets are longer than the 1514 bytes of a frame here");
  const Result<Forecast> forecast = forecast_replay(options_, reporter_, {});
  ASSERT_TRUE(forecast);
  EXPECT_TRUE(forecast->obstacle);
  options_.mtu = 9000;
  EXPECT_EQ(play().sent, 2u);
}

TEST_F(OversizeTest, NothingIsInventedUnlessAskedFor) {
  testing::PcapBuilder pcap;
  const Bytes whole = tcp(3000);
  pcap.record(
      {.seconds = 100, .data = Bytes(whole.begin(), whole.begin() + 2000), .original = 3054});
  pcap.record({.seconds = 101, .data = Bytes(whole.begin(), whole.begin() + 60), .original = 3054});
  options_.set.paths = {dir_.write("cut.pcap", pcap.bytes())};
  const replay::Accounts plain = play();
  EXPECT_EQ(plain.skipped_too_long_cut, 1u);
  EXPECT_EQ(plain.sent_cut, 1u);
  options_.select.pad_cut = true;
  const replay::Accounts padded = play();
  EXPECT_EQ(padded.padded, 2u);
  EXPECT_EQ(padded.segmented, 2u);
  EXPECT_EQ(padded.sent_cut, 0u);
  EXPECT_EQ(lengths_written(), (Lengths{1514, 1514, 134, 1514, 1514, 134}));
}

TEST_F(OversizeTest, ARecordingWithoutAnMtuKeepsEverything) {
  options_.mtu.reset();
  capture("a.pcap", {tcp(60'000)});
  EXPECT_EQ(play().segmented, 0u);
  EXPECT_EQ(lengths_written(), (Lengths{60'054}));
}

TEST_F(OversizeTest, VerifyExpectsWhatWasSent) {
  capture("a.pcap", {syn(1000), tcp(100), tcp(5000), udp(0), tcp(7000)});
  for (const Oversize policy : {Oversize::kSegment, Oversize::kFragment, Oversize::kTruncate}) {
    options_.oversize.policy = policy;
    const replay::Accounts accounts = play();
    VerifyOptions verify;
    verify.captures = {dir_.path("out.pcap")};
    verify.set = options_.set;
    verify.oversize = options_.oversize;
    verify.mtu = 1500;
    verify.memory.bytes = uint64_t{64} << 20;
    const Result<verify::VerifyResult> result = run_verify(verify, reporter_, {});
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_TRUE(result->arrivals.complete());
    EXPECT_EQ(result->arrivals.expected, accounts.frames_sent);
    EXPECT_EQ(result->arrivals.unexpected, 0u);
  }
}

}  // namespace
}  // namespace gophercap::jobs
