#include "cli/terminal/console.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <thread>

#include "cli/terminal/pty_for_test.h"
#include "cli/terminal/signals.h"
#include "cli/text/escape.h"

namespace gophercap::cli {
namespace {

TEST(Console, LinesOnStandardError) {
  Pipe out;
  Pipe err;
  Console console({.out = out.write_end(), .err = err.write_end()});
  console.error("a.pcap: broken\nx");
  console.hint("mend it");
  console.warning("w");
  console.note("n");
  EXPECT_TRUE(console.print("result\n"));
  EXPECT_EQ(
      err.take(),
      "gophercap: error: a.pcap: broken\\nx\nhint: mend it\ngophercap: warning: w\ngophercap: n\n");
  EXPECT_EQ(out.take(), "result\n");
}

TEST(Console, QuietDropsNotesOnly) {
  Pipe err;
  Console console({.out = 1, .err = err.write_end(), .quiet = true});
  console.note("n");
  console.warning("w");
  EXPECT_EQ(err.take(), "gophercap: warning: w\n");
}

TEST(Console, ReaderThatWentAwayIsNoFailure) {
  ignore_write_signals();
  Pipe out;
  out.close_read_end();
  Console console({.out = out.write_end(), .err = 2});
  EXPECT_TRUE(console.print("x"));
  EXPECT_TRUE(console.print("y"));
}

TEST(Console, AStopEndsTheWaitForAReader) {
  Pipe out;
  Pipe err;
  std::stop_source stop;
  Console console({.out = out.write_end(), .err = err.write_end()});
  console.heed(stop.get_token());
  const std::string text(1'000'000, 'x');  // more than a pipe holds
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  const Result<> printed = console.print(text);
  ASSERT_FALSE(printed);
  EXPECT_EQ(printed.error().code, Errc::kCancelled);
  console.plain(text);
  console.error("is dropped: nobody reads it");
}

TEST(Console, FullDeviceIsAFailure) {
  const Fd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full.valid());
  Console console({.out = full.value(), .err = 2});
  const Result<> printed = console.print("x");
  ASSERT_FALSE(printed);
  EXPECT_EQ(printed.error().code, Errc::kNoSpace);
  EXPECT_TRUE(printed.error().what.starts_with("standard output: ")) << printed.error().what;
}

TEST(Console, ColorsOnATerminalUnlessRefused) {
  setenv("TERM", "xterm", 1);
  for (const bool refused : {false, true}) {
    Pty pty(80);
    ASSERT_TRUE(pty.valid());
    if (refused)
      setenv("NO_COLOR", "1", 1);
    else
      unsetenv("NO_COLOR");
    Console console({.out = 1, .err = pty.terminal()});
    console.error("x");
    EXPECT_EQ(pty.take(),
              refused ? "gophercap: error: x\r\n" : "\x1b[1;31mgophercap: error: \x1b[0mx\r\n");
  }
}

TEST(Console, ProgressLineFitsTheTerminal) {
  setenv("TERM", "xterm", 1);
  Pty pty(30);
  ASSERT_TRUE(pty.valid());
  Console console({.out = 1, .err = pty.terminal()});
  EXPECT_EQ(console.err_width(), 30U);
  console.progress_line(std::string(100, 'x'));
  const std::string text = pty.take();
  ASSERT_TRUE(text.starts_with("\r\x1b[K"));
  EXPECT_EQ(display_width(text.substr(4)), 29U) << text;
}

TEST(Console, NoProgressLineElsewhere) {
  Pipe err;
  Console console({.out = 1, .err = err.write_end()});
  console.progress_line("x");
  console.clear_progress();
  EXPECT_EQ(err.take(), "");
  setenv("TERM", "dumb", 1);
  Pty pty(80);
  Console dumb({.out = 1, .err = pty.terminal()});
  dumb.progress_line("x");
  EXPECT_EQ(pty.take(), "");
}

}  // namespace
}  // namespace gophercap::cli
