#include "jobs/set/packet_selection.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"

namespace gophercap::jobs {
namespace {

constexpr std::array<dataset::LinkTypeCount, 2> kEthernetAndOthers = {{{1, 5}, {999, 2}}};

TEST(PacketSelection, AnExpressionIsWrongIfNoLinkTypeUnderstandsIt) {
  EXPECT_TRUE(check_expression("", {}));
  EXPECT_TRUE(check_expression("udp port 53", {}));
  EXPECT_TRUE(check_expression("wlan type mgt", {})) << "which Ethernet does not know";
  const Result<> wrong = check_expression("udp prot 53", {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::kInvalidArgument);
}

TEST(PacketSelection, TakesEveryPacketUnlessAsked) {
  testing::QuietReporter reporter;
  const auto all = select_packets({}, kEthernetAndOthers, reporter, {});
  ASSERT_TRUE(all) << all.error().what;
  EXPECT_EQ(all->expression, nullptr);
  EXPECT_TRUE(replay::takes_all(all->choice));
  EXPECT_TRUE(reporter.warnings.empty());
}

TEST(PacketSelection, CanBeMovedWithItsExpression) {
  testing::QuietReporter reporter;
  SelectOptions options;
  options.window.from = capture_time(7);
  options.expression = "ether[14] = 9";
  options.skip_out_of_order = true;
  options.longest_frame_bytes = 100;
  auto made = select_packets(options, kEthernetAndOthers, reporter, {});
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE(
      testing::QuietReporter::mentions(reporter.warnings, "its packets (2) count as filtered"));
  const PacketSelection moved = *std::move(made);
  EXPECT_EQ(moved.choice.expression, moved.expression.get());
  EXPECT_EQ(moved.choice.window.from, options.window.from);
  EXPECT_TRUE(moved.choice.skip_out_of_order);
  EXPECT_EQ(moved.choice.longest_frame_bytes, 100U);
}

TEST(PacketSelection, OnlyNamesTakeMoreThanFiles) {
  EXPECT_EQ(needs_of(SelectOptions()).calls, confine::Calls::kFiles);
  EXPECT_FALSE(needs_of(SelectOptions()).files->names_resolved);
  SelectOptions named;
  named.expression = "host example";
  EXPECT_FALSE(needs_of(named).calls);
  EXPECT_TRUE(needs_of(named).files->names_resolved);
}

}  // namespace
}  // namespace gophercap::jobs
