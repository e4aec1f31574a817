#include "cli/terminal/progress.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/terminal/pty_for_test.h"
#include "cli/text/escape.h"

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

using Phase = replay::EngineProgress::Phase;

jobs::ReplayProgress paced() {
  return {.now = {.phase = Phase::kSending,
                  .packets_sent = 1200,
                  .bytes_sent = 600'000,
                  .packets_passed = 1200,
                  .position = capture_time(1'601'294'400'000'000'000),
                  .elapsed = 6s,
                  .scheduled = 6s,
                  .lateness = {.quantiles = {0us, 0us, 20us}}},
          .packets_total = 10000,
          .total = 60s};
}

TEST(ProgressText, PacedReplay) {
  jobs::ReplayProgress progress = paced();
  EXPECT_EQ(
      progress_text(progress, 0s),
      "replay at 2020-09-28 12:00:00, 10 %, 200 packets/s, 800 kbit/s, p99 20µs late, 54s left");
  progress.now.starved = 1234;
  progress.now.loop = 2;
  progress.total = 0s;
  progress.packets_total = 0;
  EXPECT_EQ(progress_text(progress, 0s),
            "replay at 2020-09-28 12:00:00, loop 3, 200 packets/s, 800 kbit/s, p99 20µs late, "
            "1,234 starved")
      << "endless";
}

TEST(ProgressText, AReplayThatHasNotBegunHasNoPerCent) {
  jobs::ReplayProgress progress = paced();
  progress.now = {.phase = Phase::kWaiting, .until_start = 13 * 24h + 4h};
  EXPECT_EQ(progress_text(progress, 0s), "replay starts in 13d4h");
  progress.now.until_start = 89s + 1ms;
  EXPECT_EQ(progress_text(progress, 0s), "replay starts in 1m30s");
  progress.now = {.phase = Phase::kReading};
  EXPECT_EQ(progress_text(progress, 0s), "replay reads ahead");
}

// On a slow medium, time passes but the schedule is not kept.
TEST(ProgressText, AScheduleThatIsNotKeptTakesLonger) {
  jobs::ReplayProgress progress = paced();
  progress.now.elapsed = progress.now.reached = 60s;
  EXPECT_TRUE(progress_text(progress, 0s).ends_with(" 9m0s left")) << progress_text(progress, 0s);
  EXPECT_NE(progress_text(progress, 0s).find(" 10 %"), std::string::npos);
  progress.now.scheduled = 0s;
  EXPECT_EQ(progress_text(progress, 0s).find("left"), std::string::npos);
  EXPECT_NE(progress_text(progress, 0s).find(" 0 %"), std::string::npos);
}

TEST(ProgressText, APauseAndAnotherSpeedAreShown) {
  jobs::ReplayProgress progress = paced();
  progress.now.elapsed = 600s;  // most of it was a pause
  progress.now.reached = progress.now.scheduled;
  const std::string left = progress_text(progress, 0s);
  progress.now.paused = true;
  progress.now.speed = Ratio{1, 2};
  progress.now.factor = {2, 1};
  const std::string text = progress_text(progress, 0s);
  EXPECT_TRUE(text.starts_with("replay paused, speed 0.5, at 2020-09-28 12:00:00, 10 %,")) << text;
  EXPECT_TRUE(left.ends_with(" 54s left")) << left;
  EXPECT_TRUE(text.ends_with(" 1m48s left")) << text;
  EXPECT_EQ(progress_text(progress, 0s, 30), "replay paused, 1m48s left");
}

TEST(ProgressText, AllIsDoneWhenItIsOver) {
  jobs::ReplayProgress progress = paced();
  progress.now.scheduled = progress.now.elapsed = 60s;
  progress.now.packets_sent = progress.now.packets_passed = 10000;
  for (const Nanos total : {Nanos(60s), Nanos(0)}) {
    progress.total = total;
    progress.now.phase = Phase::kSending;
    EXPECT_NE(progress_text(progress, 0s).find(" 99 %"), std::string::npos);
    progress.now.phase = Phase::kOver;
    EXPECT_NE(progress_text(progress, 0s).find(" 100 %"), std::string::npos);
    EXPECT_EQ(progress_text(progress, 0s).find("left"), std::string::npos);
  }
}

TEST(ProgressText, VerifyPlansFirst) {
  EXPECT_EQ(progress_text(
                jobs::VerifyProgress{.packets_planned = 1'200'000, .packets_total = 3'000'000}, 0s),
            "verify plans 1.20 Mpackets of 3.00 Mpackets, 40 %");
  EXPECT_EQ(
      progress_text(jobs::VerifyProgress{.packets_expected = 3'000'000, .packets_received = 65'536},
                    0s),
      "verify 65.5 kpackets received, 3.00 Mpackets expected");
}

TEST(ProgressText, WhatHasNoScheduleGoesByPackets) {
  jobs::ReplayProgress progress = paced();
  progress.total = 0s;
  progress.now.packets_sent = 50;
  progress.now.packets_passed = 5000;  // most are filtered
  progress.now.elapsed = 2s;
  progress.now.lateness = {};
  EXPECT_EQ(progress_text(progress, 0s),
            "replay at 2020-09-28 12:00:00, 50 %, 25.0 packets/s, 2.40 Mbit/s, 2s left");
}

// At every width: complete parts, the most important ones, and never a column too many.
TEST(ProgressText, FitsEveryWidthByLeavingPartsOut) {
  std::vector<jobs::ReplayProgress> modes(6, paced());
  modes[1].now.loop = 99;
  modes[1].now.starved = 1'234'567;
  modes[1].total = 400h;
  modes[2].total = 0s;
  modes[3].now = {.phase = Phase::kWaiting, .until_start = 13 * 24h};
  modes[4].now.phase = Phase::kReading;
  modes[5].now.phase = Phase::kOver;
  const jobs::MapProgress map{.files_done = 12,
                              .files_total = 1000,
                              .bytes_done = 1'200'000'000,
                              .bytes_total = 10'000'000'000,
                              .packets = 3'400'000};
  const jobs::TarProgress tar{.bytes_done = 1'200'000'000,
                              .bytes_total = 10'000'000'000,
                              .plain_bytes = 2'400'000'000,
                              .members = 3400,
                              .matching = 12};
  const jobs::VerifyProgress plans{.packets_planned = 1'200'000, .packets_total = 3'000'000};
  const jobs::VerifyProgress reads{.packets_expected = 1'200'000, .packets_received = 3000};
  const auto lines = [&](size_t width) {
    std::vector<std::string> all = {progress_text(map, 60s, width), progress_text(tar, 60s, width),
                                    progress_text(plans, 0s, width),
                                    progress_text(reads, 0s, width)};
    for (const jobs::ReplayProgress& mode : modes) all.push_back(progress_text(mode, 0s, width));
    return all;
  };
  const auto parts_of = [](std::string text) {
    if (const size_t label = text.find(' '); label != std::string::npos)
      text.replace(label, 1, ", ");
    std::vector<std::string> parts;
    for (size_t at = 0; at != std::string::npos;) {
      const size_t end = text.find(", ", at);
      parts.push_back(text.substr(at, end - at));
      at = end == std::string::npos ? end : end + 2;
    }
    return parts;
  };
  const std::vector<std::string> whole = lines(SIZE_MAX);
  for (size_t width = 20; width <= 200; ++width) {
    const std::vector<std::string> fitted = lines(width);
    for (size_t i = 0; i < fitted.size(); ++i) {
      EXPECT_LE(display_width(fitted[i]), width) << fitted[i];
      const std::vector<std::string> all = parts_of(whole[i]);
      for (const std::string& part : parts_of(fitted[i]))
        EXPECT_NE(std::ranges::find(all, part), all.end()) << part << " of " << whole[i];
      // The remaining time, or its replacement, is the last part to be left out.
      const std::string least = whole[i].substr(0, whole[i].find(' ')) + " " + all.back();
      if (whole[i].ends_with("left") && display_width(least) <= width) {
        EXPECT_TRUE(fitted[i].ends_with("left")) << fitted[i];
      }
      if (display_width(whole[i]) <= width) {
        EXPECT_EQ(fitted[i], whole[i]);
      }
    }
  }
  EXPECT_EQ(progress_text(paced(), 0s, 79),
            "replay at 2020-09-28 12:00:00, 10 %, 200 packets/s, 800 kbit/s, 54s left");
  EXPECT_EQ(progress_text(paced(), 0s, 39), "replay 10 %, 54s left");
  EXPECT_EQ(progress_text(paced(), 0s, 5), "replay");
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
  EXPECT_EQ(progress_text(progress, 10s).find("left"), std::string::npos);
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

TEST_F(Reporter, TheWidthIsThatOfTheMoment) {
  Pty pty(80);
  ASSERT_TRUE(pty.valid());
  setenv("TERM", "xterm", 1);
  progress_.bytes_total = 10;
  Console console({.out = 1, .err = pty.terminal()});
  ConsoleReporter reporter(console, &fake_now);
  fake_time += 1s;
  reporter.progress(progress_);
  EXPECT_EQ(pty.take(), "\r\x1b[Kmap 1/2 files, 0 B of 10 B, 0.00 packets, 0.00 B/s");
  pty.resize(24);
  fake_time += 1s;
  reporter.progress(progress_);
  EXPECT_EQ(pty.take(), "\r\x1b[Kmap 1/2 files");
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
  // Shown, replaced by the warning, shown again, removed at the end.
  EXPECT_TRUE(text.starts_with("\r\x1b[Kmap 1/2 files, ")) << text;
  EXPECT_NE(text.find("\r\x1b[Kgophercap: warning: w\r\n\r\x1b[Kmap 1/2"), std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
}

}  // namespace
}  // namespace gophercap::cli
