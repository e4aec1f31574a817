#include "cli/progress.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "cli/pty_for_test.h"

namespace gophercap::cli {
namespace {

using namespace std::chrono_literals;

TEST(ProgressText, Map) {
  const jobs::MapProgress progress{.files_done = 12,
                                   .files_total = 1000,
                                   .bytes_done = 1'200'000'000,
                                   .bytes_total = 10'000'000'000,
                                   .packets = 3'400'000};
  EXPECT_EQ(progress_text(progress, 2s),
            "map 12/1,000 files, 1.20 GB of 10.0 GB, 3.40 Mpackets, 600 MB/s, 15s left");
  EXPECT_EQ(progress_text(jobs::MapProgress{}, 0s),
            "map 0/0 files, 0 B of 0 B, 0.00 packets, 0.00 B/s");
}

TEST(ProgressText, PacedReplay) {
  jobs::ReplayProgress progress{.packets_sent = 1200,
                                .packets_total = 10000,
                                .bytes_sent = 600'000,
                                .position = capture_time(1'601'294'400'000'000'000),
                                .elapsed = 6s,
                                .total = 60s,
                                .lateness_p99 = 20us};
  EXPECT_EQ(
      progress_text(progress),
      "replay at 2020-09-28 12:00:00, 10 %, 200 packets/s, 800 kbit/s, p99 20µs late, 54s left");
  progress.loop = 2;
  progress.total = 0s;
  progress.packets_total = 0;
  EXPECT_EQ(progress_text(progress),
            "replay at 2020-09-28 12:00:00, loop 3, 200 packets/s, 800 kbit/s, p99 20µs late")
      << "endless";
}

TEST(ProgressText, VerifyPlansFirst) {
  EXPECT_EQ(
      progress_text(jobs::VerifyProgress{.packets_planned = 1'200'000, .packets_total = 3'000'000}),
      "verify plans 1.20 Mpackets of 3.00 Mpackets");
  EXPECT_EQ(progress_text(jobs::VerifyProgress{.packets_received = 65'536}),
            "verify 65.5 kpackets received");
}

TEST(ProgressText, TopSpeedGoesByPackets) {
  const jobs::ReplayProgress progress{
      .packets_sent = 5000, .packets_total = 10000, .bytes_sent = 500'000, .elapsed = 2s};
  EXPECT_EQ(progress_text(progress),
            "replay at 1970-01-01 00:00:00, 50 %, 2.50 kpackets/s, 2.00 Mbit/s, 2s left");
}

TEST(ProgressText, Tarball) {
  jobs::TarProgress progress{.bytes_done = 1'200'000'000,
                             .bytes_total = 10'000'000'000,
                             .plain_bytes = 2'400'000'000,
                             .members = 3400,
                             .matching = 12};
  EXPECT_EQ(progress_text(progress, 3s),
            "tarExtract 1.20 GB of 10.0 GB, 2.40 GB plain, 800 MB/s, 12 of 3,400 members taken, "
            "22s left");
  progress.bytes_total = 0;
  EXPECT_EQ(progress_text(progress, 3s),
            "tarExtract 1.20 GB, 2.40 GB plain, 800 MB/s, 12 of 3,400 members taken");
}

TEST(ProgressText, TotalsThatWereTooSmall) {
  const jobs::MapProgress progress{
      .files_done = 1, .files_total = 1, .bytes_done = 20, .bytes_total = 10, .packets = 1};
  EXPECT_TRUE(progress_text(progress, 10s).ends_with(", 0s left"));
}

SendTime fake_time;
SendTime fake_now() noexcept {
  return fake_time;
}

class Reporter : public ::testing::Test {
 protected:
  void SetUp() override { fake_time = SendTime{}; }
  jobs::MapProgress progress_{.files_done = 1, .files_total = 2};
};

TEST_F(Reporter, PlainLineEveryTenSecondsInALog) {
  Pipe err;
  Console console({.out = 1, .err = err.write_end()});
  ConsoleReporter reporter(console, &fake_now);
  for (int i = 0; i <= 205; ++i) {
    reporter.progress(progress_);
    fake_time += 100ms;
  }
  const std::string text = err.take();
  EXPECT_EQ(std::ranges::count(text, '\n'), 2) << text;
  EXPECT_TRUE(text.starts_with("gophercap: map 1/2 files")) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
}

TEST_F(Reporter, QuietSaysOnlyWarnings) {
  Pipe err;
  Console console({.out = 1, .err = err.write_end(), .quiet = true});
  ConsoleReporter reporter(console, &fake_now);
  fake_time += 1h;
  reporter.progress(progress_);
  reporter.info("mapping again");
  reporter.warning("x\x1b");
  EXPECT_EQ(err.take(), "gophercap: warning: x\\x1b\n");
}

TEST_F(Reporter, OneLineOnATerminalThatWordsPushAside) {
  Pty pty(60);
  ASSERT_TRUE(pty.valid());
  setenv("TERM", "xterm", 1);
  setenv("NO_COLOR", "1", 1);
  {
    Console console({.out = 1, .err = pty.terminal()});
    ConsoleReporter reporter(console, &fake_now);
    fake_time += 1s;
    reporter.progress(progress_);
    reporter.progress(progress_);  // too early
    reporter.warning("w");
    fake_time += 1s;
    reporter.progress(progress_);
  }
  const std::string text = pty.take();
  // Shown, replaced by the warning, shown again, taken away at the end.
  EXPECT_TRUE(text.starts_with("\r\x1b[Kmap 1/2 files, ")) << text;
  EXPECT_NE(text.find("\r\x1b[Kgophercap: warning: w\r\n\r\x1b[Kmap 1/2"), std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
}

}  // namespace
}  // namespace gophercap::cli
