#include "cli/terminal/signals.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

namespace gophercap::cli {
namespace {

using namespace std::chrono_literals;

// Runs `body` in a child process, which exits with its result. Returns the status of waitpid().
int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // a hang becomes a failure
    _exit(body());
  }
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

bool wait_for_stop(const SignalGuard& guard) {
  for (int i = 0; i < 5000 && !guard.token().stop_requested(); ++i)
    std::this_thread::sleep_for(1ms);
  return guard.token().stop_requested();
}

TEST(Signals, FirstOneAsksForAStop) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    const int status = in_child([signal] {
      SignalGuard guard;
      if (!guard.start()) return 9;
      if (guard.received() != 0) return 1;
      kill(getpid(), signal);
      if (!wait_for_stop(guard)) return 2;
      return guard.received() == signal ? 0 : 3;
    });
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
}

TEST(Signals, WhatIsIgnoredFromTheStartStaysIgnored) {
  for (const int signal : {SIGHUP, SIGQUIT}) {
    const int status = in_child([signal] {
      std::signal(signal, SIG_IGN);
      SignalGuard guard;
      if (!guard.start()) return 9;
      kill(getpid(), signal);
      kill(getpid(), SIGTERM);  // comes behind it
      if (!wait_for_stop(guard)) return 2;
      return guard.received() == SIGTERM ? 0 : 3;
    });
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
}

TEST(Signals, Usr1AsksForAWordAndStopsNothing) {
  const int status = in_child([] {
    SignalGuard guard;
    if (!guard.start()) return 9;
    if (guard.take_status_request()) return 1;
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 5000; ++i) {
      if (guard.take_status_request()) return guard.token().stop_requested() ? 2 : 0;
      std::this_thread::sleep_for(1ms);
    }
    return 3;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Signals, SecondOneEndsTheProcess) {
  const int status = in_child([] {
    SignalGuard guard;
    if (!guard.start()) return 9;
    kill(getpid(), SIGTERM);
    if (!wait_for_stop(guard)) return 2;
    kill(getpid(), SIGINT);  // at once: the same request
    std::this_thread::sleep_for(500ms);
    kill(getpid(), SIGINT);
    std::this_thread::sleep_for(15s);
    return 3;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
}

TEST(Signals, DieByShowsTheSignal) {
  for (const int signal : {SIGINT, SIGQUIT}) {
    const int status = in_child([signal]() -> int {
      {
        SignalGuard guard;
        if (!guard.start()) return 9;
        kill(getpid(), signal);
        if (!wait_for_stop(guard)) return 2;
      }
      die_by(signal);
    });
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), signal);
    EXPECT_FALSE(WCOREDUMP(status));
  }
}

TEST(Signals, ActAsBeforeAfterwards) {
  const int status = in_child([] {
    {
      SignalGuard guard;
      if (!guard.start()) return 9;
    }
    kill(getpid(), SIGTERM);
    return 1;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(Signals, ThreadsMadeLaterDoNotSeeThem) {
  const int status = in_child([] {
    SignalGuard guard;
    if (!guard.start()) return 9;
    sigset_t mask;
    std::thread([&] { pthread_sigmask(SIG_BLOCK, nullptr, &mask); }).join();
    return sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1 ? 0 : 1;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Signals, BrokenPipeIsAnErrorOfWrite) {
  const int status = in_child([] {
    ignore_write_signals();
    int fds[2];
    if (pipe(fds) != 0) return 1;
    close(fds[0]);
    return write(fds[1], "x", 1) < 0 && errno == EPIPE ? 0 : 2;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace gophercap::cli
