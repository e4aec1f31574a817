#include "cli/options/environment.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "cli/options/option_table.h"
#include "cli/options/settings.h"

namespace gophercap::cli {
namespace {

TEST(Environment, PathsAreLeftOutWhereTheProgramHasMoreThanItsCaller) {
  const char* const variables[] = {"GOPHERCAP_GLOBAL_DUMP_JSON=/elsewhere",
                                   "GOPHERCAP_MAP_DIR_SRC=/x", "GOPHERCAP_REPLAY_PATH_PREFIX=a=b",
                                   "GOPHERCAP_REPLAY_PPS=5", nullptr};
  Settings settings;
  std::vector<std::string> left_out;
  EXPECT_TRUE(settings.apply_environment(variables, &left_out).empty());
  EXPECT_EQ(left_out,
            (std::vector<std::string>{"GOPHERCAP_GLOBAL_DUMP_JSON", "GOPHERCAP_MAP_DIR_SRC",
                                      "GOPHERCAP_REPLAY_PATH_PREFIX"}));
  EXPECT_EQ(settings.source(*find_option(Command::kGlobal, "dump-json")), Source::kDefault);
  EXPECT_EQ(settings.source(*find_option(Command::kReplay, "pps")), Source::kEnvironment);
  EXPECT_TRUE(settings.apply_environment(variables).empty());
  EXPECT_EQ(settings.text(*find_option(Command::kGlobal, "dump-json")), "/elsewhere");
}

TEST(Environment, HomeIsBelievedIfItIsTheCallers) {
  EXPECT_FALSE(has_privileges_of_its_own());
  const char* before = std::getenv("HOME");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("HOME", ::getuid() == 0 ? "/nonexistent" : "/", 1);
  EXPECT_EQ(believed_home(true), "");
  EXPECT_NE(believed_home(false), "");
  ::setenv("HOME", "", 1);
  EXPECT_EQ(believed_home(false), "");
  if (before == nullptr) {
    ::unsetenv("HOME");
  } else {
    ::setenv("HOME", kept.c_str(), 1);
  }
}

}  // namespace
}  // namespace gophercap::cli
