#include "cli/options/verify_settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "cli/options/option.h"
#include "cli/options/option_table.h"

namespace gophercap::cli {
namespace {

std::string some_value(const OptionSpec& option) {
  switch (option.type) {
    case ValueType::kBool:
      return "true";
    case ValueType::kInteger:
      return "7";
    case ValueType::kDuration:
      return "5s";
    case ValueType::kTime:
      return "2020-09-28 08:00:00";
    case ValueType::kRatio:
      return option.limit == Limit::kAtMostOne ? "1/4" : "2.4";
    case ValueType::kLimit:
      return "1000";
    case ValueType::kClockSteps:
      return "follow";
    case ValueType::kMac:
      return "02:00:5e:00:53:01";
    case ValueType::kPrefixPairs:
      return "10.0.0.0/8=172.0.0.0/8";
    case ValueType::kPortPairs:
      return "80=8080";
    case ValueType::kMacRules:
      return "10.0.0.0/8=02:00:00:00:00:01";
    case ValueType::kVlanRules:
      return "push:5,priority=3";
    case ValueType::kChoice:
      return std::string(option.words.back().word);
    default:
      return "x=y";
  }
}

// Whether it changes the plan by itself. The rules of a file are options too.
bool of_the_plan(const OptionSpec& option) {
  return option.as_in_replay && option.name != "file-workers" && option.name != "rewrite";
}

// Every option of the plan as replay was given it.
Settings replay_settings() {
  Settings settings;
  for (const OptionSpec& option : option_table()) {
    if (option.as_in_replay)
      settings.set(*find_option(Command::kReplay, option.name), {some_value(option)},
                   Source::kConfigFile);
  }
  settings.set(*find_option(Command::kGlobal, "file-regexp"), {"x"}, Source::kConfigFile);
  return settings;
}

verify::SentReport report_of(const Settings& settings) {
  verify::SentReport report;
  report.request = replay::Request{.options = settings.given(Command::kReplay),
                                   .directory = "/somewhere",
                                   .paths = {"set", "/data"},
                                   .dump_path = {}};
  report.oversize = "fail";
  report.names_changes = true;
  return report;
}

TEST(VerifySettings, EveryOptionOfThePlanComesFromTheReport) {
  const verify::SentReport report = report_of(replay_settings());
  Settings settings;
  // What else was set is not how it was replayed.
  settings.set(*find_option(Command::kVerify, "time-modifier"), {"9"}, Source::kEnvironment);
  EXPECT_TRUE(take_report(settings, report).empty());
  size_t taken = 0;
  for (const OptionSpec& option : option_table()) {
    if (!of_the_plan(option)) continue;
    EXPECT_EQ(settings.text(*find_option(Command::kVerify, option.name)), some_value(option))
        << option.name;
    ++taken;
  }
  EXPECT_GE(taken, 16U);
  EXPECT_EQ(settings.text(*find_option(Command::kVerify, "file-regexp")), "x");
  EXPECT_EQ(set_of_report(settings, *report.request),
            (std::vector<std::string>{"/somewhere/set", "/data"}));
}

TEST(VerifySettings, WhatTheReportDoesNotNameWasTheDefault) {
  Settings settings = replay_settings();
  settings.take_from_replay();
  EXPECT_EQ(settings.text(*find_option(Command::kVerify, "time-modifier")), "2.4");
  EXPECT_TRUE(take_report(settings, report_of(Settings())).empty());
  for (const OptionSpec& option : option_table()) {
    if (of_the_plan(option)) {
      EXPECT_EQ(settings.text(*find_option(Command::kVerify, option.name)), option.default_value)
          << option.name;
    }
  }
}

TEST(VerifySettings, EveryOptionOfThePlanThatContradictsTheReportIsRefused) {
  for (const OptionSpec& option : option_table()) {
    if (!of_the_plan(option)) continue;
    Settings settings;
    settings.set(option, {some_value(option)}, Source::kCommandLine);
    const bool may_differ = option.name == "path-prefix";
    EXPECT_EQ(take_report(settings, report_of(Settings())).empty(), may_differ) << option.name;
    EXPECT_TRUE(take_report(settings, report_of(replay_settings())).empty()) << option.name;
  }
}

TEST(VerifySettings, ReplaysKeysCountWhereVerifyHasNoneOfItsOwn) {
  Settings settings = replay_settings();
  const OptionSpec& speed = *find_option(Command::kVerify, "time-modifier");
  settings.set(speed, {"1.0"}, Source::kConfigFile);  // as a template has it
  settings.take_from_replay();
  for (const OptionSpec& option : option_table()) {
    if (option.as_in_replay) {
      EXPECT_EQ(settings.text(*find_option(Command::kVerify, option.name)), some_value(option))
          << option.name;
    }
  }
  for (const Source own : {Source::kConfigFile, Source::kCommandLine}) {
    Settings other = replay_settings();
    other.set(speed, {own == Source::kCommandLine ? "1" : "3"}, own);
    other.take_from_replay();
    EXPECT_EQ(other.text(*find_option(Command::kVerify, "time-modifier")),
              own == Source::kCommandLine ? "1" : "3");
  }
}

TEST(VerifySettings, LoopsWithoutEndAreThoseThatWereDone) {
  verify::SentReport report = report_of(Settings());
  report.request->options = {{"loop-infinite", {"true"}}, {"loop-count", {"0"}}};
  report.endless = true;
  report.loops_done = 5;
  Settings settings;
  EXPECT_TRUE(take_report(settings, report).empty());
  EXPECT_EQ(settings.get(Option<int64_t>(Command::kVerify, "loop-count")), 5);
  report.loops_done = 0;
  EXPECT_TRUE(take_report(settings, report).empty());
  EXPECT_EQ(settings.get(Option<int64_t>(Command::kVerify, "loop-count")), 1);
}

TEST(VerifySettings, HostileValuesOfAReportAreRefused) {
  for (const char* option : {"time-modifier", "loop-count", "time-from", "reorder", "max-gap"}) {
    verify::SentReport report = report_of(Settings());
    report.request->options = {{option, {"0x"}}};
    Settings settings;
    EXPECT_EQ(take_report(settings, report).size(), 1U) << option;
  }
}

}  // namespace
}  // namespace gophercap::cli
