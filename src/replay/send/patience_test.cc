#include "replay/send/patience.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <functional>

namespace gophercap::replay {
namespace {

using Advice = Patience::Advice;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanos kStall = milliseconds(2500);

// Sends one frame every 20 µs while it is to be retried.
class Way {
 public:
  explicit Way(bool queue_below = true) : patience(kStall, queue_below) {}
  // `takes` says whether the frame is accepted at that time. Returns true if it has passed.
  bool offer(uint32_t bytes, const std::function<bool(Nanos)>& takes) {
    for (;;) {
      if (takes(now.time_since_epoch())) {
        patience.passed(bytes);
        return true;
      }
      const Advice advice = patience.refused(ENOBUFS, bytes, now);
      over = advice == Advice::kOver;
      if (advice != Advice::kAgain) return false;
      now += microseconds(20);
      ++retries;
    }
  }

  Patience patience;
  SendTime now{};
  bool over = false;
  uint64_t retries = 0;
};

bool always(Nanos) {
  return true;
}
bool never(Nanos) {
  return false;
}

TEST(Patience, AFrameThatIsTooLongIsGivenUpAndTheOthersPass) {
  Way way;
  EXPECT_TRUE(way.offer(60, always));
  EXPECT_FALSE(way.offer(4000, never));
  EXPECT_FALSE(way.over);
  EXPECT_EQ(way.patience.in_doubt(), 1u);
  EXPECT_TRUE(way.offer(60, always));
  EXPECT_EQ(way.patience.given_up(), 1u);
  EXPECT_EQ(way.patience.in_doubt(), 0u);
  EXPECT_EQ(way.patience.first_given_up_bytes(), 4000u);
}

TEST(Patience, ManyOfThemDoNotDelayTheOthersForLong) {
  Way way;
  EXPECT_TRUE(way.offer(60, always));
  for (int i = 0; i < 10'000; ++i) {
    for (int train = 0; train < 3; ++train) ASSERT_FALSE(way.offer(4000, never));
    ASSERT_FALSE(way.over);
    ASSERT_TRUE(way.offer(60, always));
  }
  EXPECT_EQ(way.patience.given_up(), 30'000u);
  EXPECT_LT(way.now.time_since_epoch(), seconds(1) + 30'000 * microseconds(120));
}

TEST(Patience, WithoutAQueueItIsFoundOutSooner) {
  Way way(false);
  EXPECT_TRUE(way.offer(60, always));
  EXPECT_FALSE(way.offer(4000, never));
  EXPECT_LE(way.now.time_since_epoch(), milliseconds(21));
}

TEST(Patience, AFrameThatAFilterCatchesIsGivenUpWhateverItsLength) {
  Way way;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(way.offer(1514, always));
    ASSERT_FALSE(way.offer(60, never));
    ASSERT_FALSE(way.over) << i;
  }
  EXPECT_LT(way.now.time_since_epoch(), seconds(6));
}

TEST(Patience, AQueueThatIsFullIsWaitedFor) {
  Way way;
  EXPECT_TRUE(way.offer(1514, always));
  // A packet every 1.5 s.
  for (int i = 0; i < 20; ++i) {
    const Nanos room = way.now.time_since_epoch() + milliseconds(1500);
    ASSERT_TRUE(way.offer(1514, [&](Nanos now) { return now >= room; })) << i;
  }
  EXPECT_EQ(way.patience.given_up(), 0u);
}

TEST(Patience, AWayOutThatIsDeadEndsIt) {
  for (const bool something_passed : {false, true}) {
    Way way;
    if (something_passed) {
      EXPECT_TRUE(way.offer(1514, always));
    }
    int frames = 0;
    while (!way.over) {
      EXPECT_FALSE(way.offer(1514, never));
      ASSERT_LT(++frames, 10);
    }
    EXPECT_LE(way.now.time_since_epoch(), kStall + milliseconds(1));
    // The frames were not the cause.
    EXPECT_EQ(way.patience.in_doubt(), way.patience.given_up());
  }
}

// EAGAIN concerns the socket or the ring, not a frame.
TEST(Patience, NoFrameIsBlamedForEagain) {
  Patience patience(kStall, true);
  SendTime now{};
  Advice advice = Advice::kAgain;
  for (; advice == Advice::kAgain; now += milliseconds(1))
    advice = patience.refused(EAGAIN, 9000, now);
  EXPECT_EQ(advice, Advice::kOver);
  EXPECT_EQ(patience.given_up(), 0u);
}

TEST(Patience, TimeInWhichNothingWasOfferedDoesNotCount) {
  Patience patience(kStall, true);
  patience.passed(60);
  EXPECT_EQ(patience.refused(ENOBUFS, 60, SendTime(seconds(1))), Advice::kAgain);
  patience.begin_again();
  EXPECT_EQ(patience.refused(ENOBUFS, 60, SendTime(seconds(100))), Advice::kAgain);
}

}  // namespace
}  // namespace gophercap::replay
