#include "replay/send/realtime.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>
#include <functional>
#include <thread>

namespace gophercap::replay {
namespace {

cpu_set_t allowed() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  EXPECT_EQ(::sched_getaffinity(0, sizeof cpus, &cpus), 0);
  return cpus;
}

// CPU masks belong to threads, so that of this thread is not changed.
void on_a_thread(const std::function<void()>& test) {
  std::jthread(test).join();
}

TEST(SenderCpus, AreTakenFromTheOthersAsLongAsItLives) {
  on_a_thread([] {
    const cpu_set_t before = allowed();
    const int count = CPU_COUNT(&before);
    if (count < 2) GTEST_SKIP() << "one CPU";
    {
      const SenderCpus cpus(1);
      const int own = cpus.of(0);
      ASSERT_GE(own, 0);
      EXPECT_TRUE(CPU_ISSET(static_cast<size_t>(own), &before));
      for (int above = own + 1; above < CPU_SETSIZE; ++above)
        EXPECT_FALSE(CPU_ISSET(static_cast<size_t>(above), &before)) << "the last one is taken";
      EXPECT_EQ(cpus.of(1), -1);
      cpu_set_t others = allowed();
      EXPECT_EQ(CPU_COUNT(&others), count - 1);
      EXPECT_FALSE(CPU_ISSET(static_cast<size_t>(own), &others));
      on_a_thread([own] {
        const cpu_set_t inherited = allowed();
        EXPECT_FALSE(CPU_ISSET(static_cast<size_t>(own), &inherited));
      });
    }
    const cpu_set_t after = allowed();
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  });
}

TEST(SenderCpus, AreNobodysWhereNoneWouldBeLeft) {
  on_a_thread([] {
    cpu_set_t before = allowed();
    const auto senders = static_cast<size_t>(CPU_COUNT(&before));
    const SenderCpus cpus(senders);
    EXPECT_EQ(cpus.of(0), -1);
    const cpu_set_t during = allowed();
    EXPECT_TRUE(CPU_EQUAL(&before, &during));
  });
}

TEST(SenderCpus, OneCpuIsForAll) {
  on_a_thread([] {
    const cpu_set_t before = allowed();
    size_t first = 0;
    while (!CPU_ISSET(first, &before)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    const SenderCpus cpus(1);
    EXPECT_EQ(cpus.of(0), -1);
    const cpu_set_t during = allowed();
    EXPECT_TRUE(CPU_EQUAL(&one, &during));
  });
}

// A second as the thread sees it: the clock is simulated, its CPU time is real.
TEST(RealtimeShare, GivesWayInTurnsAndComesBack) {
  on_a_thread([] {
    if (make_thread_realtime(-1).priority != 0) GTEST_SKIP() << "no right to real-time priority";
    RealtimeShare share(std::chrono::milliseconds(950));
    bool gave_way = false;
    bool came_back = false;
    const SendTime limit = SendClock::now() + std::chrono::seconds(20);
    for (SendTime now = SendClock::now(); !came_back && now < limit; now = SendClock::now()) {
      share.look(now);
      const bool realtime = ::sched_getscheduler(0) == SCHED_FIFO;
      gave_way |= !realtime;
      came_back = gave_way && realtime;
    }
    EXPECT_TRUE(gave_way);
    EXPECT_TRUE(came_back);
  });
}

TEST(RealtimeShare, StaysRealtimeWhereItSleepsEnough) {
  on_a_thread([] {
    if (make_thread_realtime(-1).priority != 0) GTEST_SKIP() << "no right to real-time priority";
    RealtimeShare share(std::chrono::milliseconds(950));
    // Time passes while the thread does nothing.
    SendTime now = SendClock::now();
    for (int i = 0; i < 10'000; ++i) {
      now += std::chrono::milliseconds(10);
      share.look(now);
      ASSERT_EQ(::sched_getscheduler(0), SCHED_FIFO);
    }
  });
}

}  // namespace
}  // namespace gophercap::replay
