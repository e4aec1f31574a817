#include "packet/vlan.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace gophercap::packet {
namespace {

std::vector<uint8_t> frame(uint16_t type, size_t bytes = 60) {
  std::vector<uint8_t> made(bytes, 1);
  made[12] = static_cast<uint8_t>(type >> 8);
  made[13] = static_cast<uint8_t>(type);
  return made;
}

struct Answers {
  bool hides = false;
  bool exceeds = false;
  bool untagged = false;
  bool operator==(const Answers&) const = default;
};
Answers answers(const std::vector<uint8_t>& f) {
  const auto n = static_cast<uint32_t>(f.size());
  return {hides_from_filters(f.data(), n), may_exceed_mtu(f.data(), n),
          may_arrive_untagged(f.data(), n)};
}

TEST(Vlan, EachTypeOfTagHasItsOwnAnswers) {
  EXPECT_EQ(answers(frame(0x8100)), (Answers{true, true, true}));
  EXPECT_EQ(answers(frame(0x88a8)), (Answers{true, false, true}));
  EXPECT_EQ(answers(frame(0x9100)), (Answers{true, false, false}));
  EXPECT_EQ(answers(frame(0x0800)), (Answers{}));
  EXPECT_EQ(outer_tag(frame(0x88a8).data(), 60), 0x88a8);
}

TEST(Vlan, OfACutTagOnlyTheTypeCounts) {
  EXPECT_EQ(answers(frame(0x8100, 18)), (Answers{true, true, true}));
  EXPECT_EQ(answers(frame(0x8100, 17)), (Answers{true, true, false}));
  EXPECT_EQ(answers(frame(0x8100, 14)), (Answers{true, true, false}));
  std::vector<uint8_t> cut = frame(0x8100, 14);
  cut.pop_back();
  EXPECT_EQ(answers(cut), (Answers{}));
  EXPECT_EQ(answers({}), (Answers{}));
}

}  // namespace
}  // namespace gophercap::packet
