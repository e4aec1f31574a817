#include "cli/options/parser.h"

#include <gtest/gtest.h>

namespace gophercap::cli {
namespace {

TEST(Parser, ARelativeTimeIsAValueOfCtl) {
  const std::vector<std::string> words = {"ctl", "--quiet", "c.sock", "seek", "-10m"};
  const Arguments arguments = parse_arguments(words);
  EXPECT_TRUE(arguments.complaints.empty());
  EXPECT_EQ(arguments.positionals, (std::vector<std::string>{"c.sock", "seek", "-10m"}));
  const std::vector<std::string> elsewhere = {"replay", "c.sock", "seek", "-10m"};
  EXPECT_FALSE(parse_arguments(elsewhere).complaints.empty());
}

Arguments parse(std::vector<std::string> words) {
  return parse_arguments(words);
}

// The values of an option; {"<absent>"} where it was not given.
std::vector<std::string> given(const Arguments& arguments, std::string_view name) {
  for (const GivenOption& option : arguments.options) {
    if (option.option->name == name) return option.values;
  }
  return {"<absent>"};
}

using Words = std::vector<std::string>;

TEST(Parser, ValueBehindSpaceOrEqualsSign) {
  for (const Words& words :
       {Words{"map", "--dump-json", "x.json"}, Words{"map", "--dump-json=x.json"}}) {
    const Arguments arguments = parse(words);
    EXPECT_TRUE(arguments.complaints.empty());
    EXPECT_EQ(given(arguments, "dump-json"), Words{"x.json"});
    EXPECT_TRUE(arguments.positionals.empty());
  }
}

TEST(Parser, OptionsBeforeOrAfterTheCommand) {
  for (const Words& words :
       {Words{"--dump-json", "map", "map", "a"}, Words{"map", "--dump-json", "map", "a"},
        Words{"map", "a", "--dump-json=map"}, Words{"--dump-json=map", "map", "a"}}) {
    const Arguments arguments = parse(words);
    EXPECT_TRUE(arguments.complaints.empty());
    EXPECT_EQ(arguments.command, Command::kMap);
    EXPECT_EQ(given(arguments, "dump-json"), Words{"map"});
    EXPECT_EQ(arguments.positionals, Words{"a"});
  }
}

TEST(Parser, OptionsOfTheCommandMayStandBeforeIt) {
  const Arguments arguments = parse({"--file-workers", "3", "--json", "replay"});
  EXPECT_TRUE(arguments.complaints.empty());
  EXPECT_EQ(arguments.command, Command::kReplay);
  EXPECT_EQ(given(arguments, "file-workers"), Words{"3"});
  EXPECT_EQ(arguments.options[0].option->command, Command::kReplay);
}

TEST(Parser, BoolsTakeAValueOnlyBehindAnEqualsSign) {
  EXPECT_EQ(given(parse({"map", "--json", "false"}), "json"), Words{"true"});
  EXPECT_EQ(parse({"map", "--json", "false"}).positionals, Words{"false"});
  EXPECT_EQ(given(parse({"map", "--json=false"}), "json"), Words{"false"});
  EXPECT_EQ(parse({"map", "--json="}).complaints.at(0).what, "--json: \"\" is not true or false");
  EXPECT_EQ(parse({"map", "--json=maybe"}).complaints.at(0).what,
            "--json: \"maybe\" is not true or false");
}

TEST(Parser, EmptyValueIsAValue) {
  const Arguments arguments = parse({"map", "--file-regexp=", "a"});
  EXPECT_EQ(given(arguments, "file-regexp"), Words{""});
  EXPECT_EQ(arguments.positionals, Words{"a"});
  EXPECT_EQ(given(parse({"map", "--file-suffix", ""}), "file-suffix"), Words{""});
}

TEST(Parser, WhatNamesSomethingCannotBeEmpty) {
  const Arguments file = parse({"replay", "--out-file", ""});
  EXPECT_EQ(file.complaints.at(0).what, "--out-file: needs a value: FILE");
  EXPECT_EQ(file.complaints.at(0).hint, "the value is empty: is a variable not set?");
  EXPECT_EQ(parse({"replay", "--out-interface="}).complaints.at(0).what,
            "--out-interface: needs a value: IF");
  EXPECT_EQ(parse({"map", "--dir-src", "a", "--dir-src", ""}).complaints.at(0).what,
            "--dir-src: needs a value: DIR");
  EXPECT_EQ(parse({"--dump-json=", "map"}).complaints.size(), 1u);
  for (const char* filter : {"--out-bpf=", "--file-regexp=", "--time-from="})
    EXPECT_TRUE(parse({"replay", filter}).complaints.empty()) << filter;
}

TEST(Parser, ValuesMayLookLikeOptionsOrContainEqualsSigns) {
  EXPECT_EQ(given(parse({"replay", "--loop-count", "-1"}), "loop-count"), Words{"-1"});
  EXPECT_EQ(given(parse({"replay", "--out-file", "-"}), "out-file"), Words{"-"});
  EXPECT_EQ(given(parse({"map", "--file-regexp=a=b"}), "file-regexp"), Words{"a=b"});
  EXPECT_EQ(given(parse({"map", "--file-regexp=--json"}), "file-regexp"), Words{"--json"});
}

TEST(Parser, MissingValue) {
  EXPECT_EQ(parse({"replay", "--report"}).complaints.at(0).what, "--report: needs a value: FILE");
  // One of our options is probably not meant as a file name.
  const Arguments arguments = parse({"replay", "--report", "--json"});
  EXPECT_EQ(arguments.complaints.at(0).what, "--report: needs a value: FILE");
  EXPECT_EQ(arguments.complaints.at(0).hint, "if --json is the value, write --report=--json");
}

TEST(Parser, ListsCollectAndTheLastOfOthersCounts) {
  const Arguments arguments =
      parse({"map", "--dir-src=a", "--dir-src", "b,c", "--file-workers=1", "--file-workers=2"});
  EXPECT_EQ(given(arguments, "dir-src"), (Words{"a", "b,c"}));
  EXPECT_EQ(given(arguments, "file-workers"), Words{"2"});
}

TEST(Parser, DoubleDashEndsOptions) {
  const Arguments arguments = parse({"map", "--json", "--", "--quiet", "-x", "--"});
  EXPECT_TRUE(arguments.complaints.empty());
  EXPECT_EQ(arguments.positionals, (Words{"--quiet", "-x", "--"}));
}

TEST(Parser, PathsStayAsTheyAre) {
  const Words paths = {"[1]", "++", "-", "", "{}", "map", "a b", "@x", "\xff"};
  Words words = {"map"};
  words.insert(words.end(), paths.begin(), paths.end());
  const Arguments arguments = parse(words);
  EXPECT_TRUE(arguments.complaints.empty());
  EXPECT_EQ(arguments.positionals, paths);
}

TEST(Parser, AliasesAreOneOption) {
  EXPECT_EQ(given(parse({"map", "--dry-run"}), "dryrun"), Words{"true"});
  EXPECT_EQ(given(parse({"map", "--dry-run", "--dryrun=false"}), "dryrun"), Words{"false"});
  EXPECT_EQ(parse({"example-config"}).command, Command::kExampleConfig);
  EXPECT_EQ(parse({"exampleConfig"}).command, Command::kExampleConfig);
}

TEST(Parser, Help) {
  for (const Words& words : {Words{"map", "-h"}, Words{"-h", "map"}, Words{"map", "--help"}}) {
    EXPECT_EQ(parse(words).help, words[1] == "--help" ? HelpWanted::kFull : HelpWanted::kShort);
    EXPECT_EQ(parse(words).command, Command::kMap);
  }
  EXPECT_EQ(parse({"map", "--help=false"}).help, HelpWanted::kNone);
  EXPECT_EQ(parse({"--help"}).help, HelpWanted::kFull);
  EXPECT_EQ(parse({"-h"}).help, HelpWanted::kShort);
}

TEST(Parser, Version) {
  EXPECT_TRUE(parse({"--version"}).version);
  EXPECT_TRUE(parse({"-V"}).version);
  EXPECT_TRUE(parse({"map", "-V"}).version);
  EXPECT_FALSE(parse({"map"}).version);
}

TEST(Parser, UnknownOptions) {
  const Arguments arguments = parse({"map", "--file-wokers", "3"});
  EXPECT_EQ(arguments.complaints.at(0).what, "--file-wokers: unknown option");
  EXPECT_EQ(arguments.complaints.at(0).hint, "did you mean --file-workers?");
  EXPECT_EQ(parse({"map", "--file-wokers=3"}).complaints.at(0).what,
            "--file-wokers: unknown option");
  EXPECT_EQ(parse({"map", "--zzzzzzzz"}).complaints.at(0).hint,
            "gophercap map --help lists the options");
  EXPECT_EQ(parse({"map", "-x"}).complaints.at(0).what, "-x: unknown option");
  EXPECT_EQ(parse({"map", "-json"}).complaints.at(0).hint, "did you mean --json?");
  EXPECT_EQ(parse({"map", "--h"}).complaints.at(0).what, "--h: unknown option");
  EXPECT_EQ(parse({"map", "--topspeed"}).complaints.at(0).what,
            "--topspeed: is an option of replay, not of map");
  EXPECT_EQ(parse({"--topspeed"}).complaints.at(0).what, "--topspeed: is an option of replay");
}

TEST(Parser, AllErrorsOfOnePass) {
  EXPECT_EQ(parse({"map", "--a", "--file-workers=x", "--b"}).complaints.size(), 3U);
}

TEST(Parser, UnknownCommands) {
  const Arguments arguments = parse({"rpelay", "--anything", "map"});
  ASSERT_EQ(arguments.complaints.size(), 1U);
  EXPECT_EQ(arguments.complaints[0].what, "rpelay: unknown command");
  EXPECT_EQ(arguments.complaints[0].hint, "did you mean replay?");
  EXPECT_EQ(parse({"MAP"}).complaints.at(0).hint, "did you mean map?");
  EXPECT_EQ(parse({""}).complaints.at(0).what, ": unknown command");
}

TEST(Parser, NothingAtAll) {
  const Arguments arguments = parse({});
  EXPECT_EQ(arguments.command, Command::kGlobal);
  EXPECT_TRUE(arguments.complaints.empty());
}

}  // namespace
}  // namespace gophercap::cli
