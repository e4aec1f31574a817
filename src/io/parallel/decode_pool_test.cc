#include "io/parallel/decode_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace gophercap::io {
namespace {

using Task = DecodePool::Task;

const int kOwner = 0;
const int kOther = 0;

TEST(DecodePool, WithoutHelpersTheTaskIsDoneByWhoNeedsIt) {
  DecodePool pool(0);
  std::optional<std::thread::id> by;
  Task task(&kOwner, [&] { by = std::this_thread::get_id(); });
  pool.offer(task);
  EXPECT_FALSE(by);
  pool.finish(task);
  EXPECT_EQ(by, std::this_thread::get_id());
}

TEST(DecodePool, EveryTaskIsDoneOnceForAnyNumberOfHelpersAndOwners) {
  constexpr size_t kTasks = 500;
  for (const unsigned helpers : {0U, 1U, 3U}) {
    DecodePool pool(helpers);
    const auto own = [&pool] {
      std::vector<int> done(kTasks);
      std::deque<Task> tasks;
      for (size_t i = 0; i < kTasks; ++i) tasks.emplace_back(&done, [&done, i] { ++done[i]; });
      for (Task& task : tasks) pool.offer(task);
      for (Task& task : tasks) pool.finish(task);
      EXPECT_EQ(done, std::vector<int>(kTasks, 1));
    };
    std::jthread other(own);
    own();
  }
}

// A helper blocked by one owner's task must not block another owner.
TEST(DecodePool, ABusyPoolSlowsNobodyDown) {
  std::atomic<bool> go{false};
  DecodePool pool(1);
  Task blocking(&kOther, [&go] { go.wait(false); });
  pool.offer(blocking);
  std::optional<std::thread::id> by;
  Task task(&kOwner, [&] { by = std::this_thread::get_id(); });
  pool.offer(task);
  pool.finish(task);
  EXPECT_TRUE(by);
  go = true;
  go.notify_all();
  pool.finish(blocking);
}

// The helper works on the first task and waits for the second, which only this thread can run.
TEST(DecodePool, WhoWaitsForAHelperDoesHisOtherTasksMeanwhile) {
  DecodePool pool(1);
  std::atomic<bool> begun{false};
  std::atomic<bool> second_done{false};
  Task first(&kOwner, [&] {
    begun = true;
    begun.notify_all();
    second_done.wait(false);
  });
  Task second(&kOwner, [&] {
    second_done = true;
    second_done.notify_all();
  });
  pool.offer(first);
  begun.wait(false);
  pool.offer(second);
  pool.finish(first);
  pool.finish(second);
  EXPECT_TRUE(second_done);
}

TEST(DecodePool, ATaskThatIsWithdrawnIsNotDoneAndCanBeOfferedAgain) {
  DecodePool pool(1);
  std::atomic<bool> begun{false};
  std::atomic<bool> go{false};
  Task blocking(&kOther, [&] {
    begun = true;
    begun.notify_all();
    go.wait(false);
  });
  pool.offer(blocking);
  begun.wait(false);
  int done = 0;
  Task task(&kOwner, [&done] { ++done; });
  pool.offer(task);
  pool.withdraw(task);
  EXPECT_EQ(done, 0);
  go = true;
  go.notify_all();
  pool.finish(blocking);
  pool.offer(task);
  pool.finish(task);
  EXPECT_EQ(done, 1);
  pool.withdraw(task);
}

TEST(DecodePool, WithdrawWaitsForAHelperThatIsAtTheTask) {
  DecodePool pool(1);
  std::atomic<bool> begun{false};
  std::atomic<bool> done{false};
  Task task(&kOwner, [&] {
    begun = true;
    begun.notify_all();
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    done = true;
  });
  pool.offer(task);
  begun.wait(false);
  pool.withdraw(task);
  EXPECT_TRUE(done);
}

TEST(DecodePool, LoansAreFairSharesOfWhatThereIs) {
  DecodePool pool(5, 2);
  const DecodePool::Loan first(&pool);
  EXPECT_EQ(first.helpers(), 3U);
  {
    const DecodePool::Loan second(&pool);
    EXPECT_EQ(second.helpers(), 2U);
    const DecodePool::Loan third(&pool);
    EXPECT_EQ(third.helpers(), 0U);
  }
  const DecodePool::Loan again(&pool);
  EXPECT_EQ(again.helpers(), 2U);
  EXPECT_EQ(DecodePool::Loan(nullptr).helpers(), 0U);
}

TEST(DecodePool, HelpersThatAreLentDoNoTasks) {
  DecodePool pool(1);
  std::atomic<bool> done{false};
  Task task(&kOwner, [&] {
    done = true;
    done.notify_all();
  });
  {
    const DecodePool::Loan all(&pool);
    pool.offer(task);
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    EXPECT_FALSE(done);
  }
  done.wait(false);  // the helper is back
  pool.finish(task);
}

}  // namespace
}  // namespace gophercap::io
