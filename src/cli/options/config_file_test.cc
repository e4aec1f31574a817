#include "cli/options/config_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "cli/options/option.h"
#include "cli/options/option_table.h"
#include "cli/options/settings.h"
#include "testing/temp_dir.h"

namespace gophercap::cli {
namespace {

// What the file sets, as "key=value,value" lines in its order.
std::string loaded(std::string_view yaml) {
  const ConfigFile file = parse_config(yaml, "c.yaml");
  for (const Complaint& complaint : file.complaints) ADD_FAILURE() << complaint.what;
  std::string out;
  for (const ConfigValue& value : file.values)
    out += fmt::format("{}={}\n", value.option->key, fmt::join(value.values, ","));
  return out;
}

std::string complaint(std::string_view yaml) {
  const ConfigFile file = parse_config(yaml, "c.yaml");
  if (file.complaints.size() != 1) return fmt::format("{} complaints", file.complaints.size());
  return file.complaints[0].what +
         (file.complaints[0].hint.empty() ? "" : " | " + file.complaints[0].hint);
}

TEST(ConfigFile, NestedMapsAndDottedKeys) {
  EXPECT_EQ(loaded("global:\n  dump:\n    json: a.json\nmap:\n  file:\n    workers: 3\n"),
            "global.dump.json=a.json\nmap.file.workers=3\n");
  EXPECT_EQ(loaded("global.dump.json: a\nmap:\n  file.workers: 3\n"),
            "global.dump.json=a\nmap.file.workers=3\n");
  EXPECT_EQ(loaded("{\"map\": {\"file\": {\"workers\": 3}}}"), "map.file.workers=3\n")
      << "JSON is YAML";
}

TEST(ConfigFile, CaseOfKeysAndQuotesDoNotMatter) {
  EXPECT_EQ(loaded("REPLAY:\n  Loop:\n    COUNT: \"2\"\n  topspeed: 'true'\n"),
            "replay.loop.count=2\nreplay.topspeed=true\n");
}

TEST(ConfigFile, NothingIsNotGiven) {
  EXPECT_EQ(loaded(""), "");
  EXPECT_EQ(loaded("# only a comment\n"), "");
  EXPECT_EQ(loaded("map:\nreplay:\n  report:\n  out:\n    file: \"\"\n"), "");
  EXPECT_EQ(loaded("map:\n  dir:\n    src: []\n"), "");
}

TEST(ConfigFile, Lists) {
  EXPECT_EQ(loaded("map:\n  dir:\n    src: [a, b]\n"), "map.dir.src=a,b\n");
  EXPECT_EQ(loaded("map:\n  dir:\n    src: a\n"), "map.dir.src=a\n");
  EXPECT_EQ(loaded("map:\n  file:\n    suffix: \"\"\n"), "map.file.suffix=\n") << "every file";
  EXPECT_EQ(complaint("map:\n  file:\n    workers: [1]\n"),
            "c.yaml:3: map.file.workers: must be a single value");
}

TEST(ConfigFile, KeysOfOldVersions) {
  EXPECT_EQ(loaded("dir:\n  src: /x\nfile:\n  workers: 4\n  suffix: pcap.gz\nout:\n  interface: "
                   "veth0\nloop:\n  count: 2\n"),
            "map.dir.src=/"
            "x\nmap.file.workers=4\nmap.file.suffix=pcap.gz\nreplay.out.interface=veth0\nreplay."
            "loop.count=2\n");
}

TEST(ConfigFile, KeysWithoutEffectAreNamed) {
  const ConfigFile file = parse_config(
      "filter:\n  decap: {enabled: false, depth: 3}\n  yaml: \"\"\n"
      "extract:\n  dump:\n    pcap: /x\n",
      "c.yaml");
  EXPECT_TRUE(file.complaints.empty());
  EXPECT_TRUE(file.values.empty());
  EXPECT_EQ(file.unused_keys,
            (std::vector<std::string>{"filter.decap.depth", "extract.dump.pcap"}));
}

TEST(ConfigFile, UnknownKeys) {
  EXPECT_EQ(complaint("map:\n  file:\n    wokers: 3\n"),
            "c.yaml:3: map.file.wokers: unknown key | did you mean map.file.workers?");
  EXPECT_EQ(complaint("\n\nmpa:\n  file:\n    workers: 3\n"),
            "c.yaml:3: mpa: unknown key | did you mean map.file.workers?");
  EXPECT_EQ(complaint("entirely_different: 1\n"), "c.yaml:1: entirely_different: unknown key");
}

TEST(ConfigFile, AllErrorsOfOnePass) {
  const ConfigFile file =
      parse_config("map: 3\nreplay:\n  loop:\n    count: x\n  memory: 1Q\n", "c.yaml");
  ASSERT_EQ(file.complaints.size(), 3U);
  EXPECT_EQ(file.complaints[0].what, "c.yaml:1: map: is a group of keys, not a key");
  EXPECT_EQ(file.complaints[1].what, "c.yaml:4: replay.loop.count: \"x\" is not a whole number");
  EXPECT_EQ(file.complaints[2].what,
            "c.yaml:5: replay.memory: \"1Q\" is not a size such as 4096, 64K, 128M or 1.5G");
}

TEST(ConfigFile, TwiceIsAnError) {
  EXPECT_EQ(complaint("map:\n  json: true\nmap.json: false\n"),
            "c.yaml:3: map.json: is given twice, first in line 2");
  EXPECT_EQ(complaint("map:\n  file: {workers: 1}\nfile:\n  workers: 2\n"),
            "c.yaml:4: file.workers: is given twice, first in line 2");
}

TEST(ConfigFile, NotYaml) {
  EXPECT_TRUE(complaint("map: [1\n").starts_with("c.yaml:2: ")) << complaint("map: [1\n");
  EXPECT_TRUE(complaint("a: b: c\n").starts_with("c.yaml:1: ")) << complaint("a: b: c\n");
  EXPECT_EQ(complaint("just text\n"), "c.yaml:1: is not a configuration: no keys");
  EXPECT_EQ(complaint("- a\n- b\n"), "c.yaml:1: is not a configuration: no keys");
  EXPECT_EQ(complaint("? [a]\n: b\n"), "c.yaml:1: names of keys have to be plain text");
}

TEST(ConfigFile, HostileYaml) {
  // Each ends quickly, with a complaint or without a value; what it says does not matter.
  const std::string deep(20000, '[');
  EXPECT_FALSE(parse_config(deep, "c").complaints.empty());
  EXPECT_FALSE(parse_config("&a {map: *a}", "c").complaints.empty()) << "refers to itself";
  std::string bomb = "a: &a {x: 1, y: 2}\n";
  for (char c = 'b'; c < 'z'; ++c)
    bomb += fmt::format("{}: &{} {{x: *{}, y: *{}}}\n", c, c, static_cast<char>(c - 1),
                        static_cast<char>(c - 1));
  EXPECT_LE(parse_config(bomb, "c").complaints.size(), 20U);
  EXPECT_FALSE(parse_config(std::string("map\0: 1", 7), "c").complaints.empty());
  EXPECT_FALSE(parse_config("\xff\xff: 1", "c").complaints.empty());
}

TEST(ReadConfig, ReadsAndRefuses) {
  const testing::TempDir dir;
  const std::string text = "map:\n";
  const std::string path =
      dir.write("c.yaml", {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  EXPECT_EQ(read_config(path).value_or("?"), text);
  EXPECT_EQ(read_config(dir.path() / "none").error().code, Errc::kNotFound);
  EXPECT_EQ(read_config(dir.path()).error().code, Errc::kIo) << "a folder";
  EXPECT_EQ(read_config("/dev/zero").error().code, Errc::kInvalidArgument) << "without end";
}

class Precedence : public ::testing::Test {
 protected:
  void file(std::string_view yaml) { settings_.apply(parse_config(yaml, "c.yaml")); }
  std::vector<Complaint> environment(const char* entry) {
    const char* const entries[] = {"PATH=/bin", entry, "GOPHERCAP_UNKNOWN=1", nullptr};
    return settings_.apply_environment(entries);
  }
  void command_line(std::vector<std::string> words) { settings_.apply(parse_arguments(words)); }
  Settings settings_;
};

TEST_F(Precedence, DefaultFileEnvironmentCommandLine) {
  const auto count = [this] {
    return settings_.get(Option<int64_t>(Command::kReplay, "loop-count"));
  };
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(settings_.source(*find_option(Command::kReplay, "loop-count")), Source::kDefault);
  file("replay:\n  loop:\n    count: 2\n");
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(settings_.source(*find_option(Command::kReplay, "loop-count")), Source::kConfigFile);
  EXPECT_TRUE(environment("GOPHERCAP_REPLAY_LOOP_COUNT=3").empty());
  EXPECT_EQ(count(), 3);
  EXPECT_EQ(settings_.source(*find_option(Command::kReplay, "loop-count")), Source::kEnvironment);
  command_line({"replay", "--loop-count=4"});
  EXPECT_EQ(count(), 4);
  EXPECT_EQ(settings_.source(*find_option(Command::kReplay, "loop-count")), Source::kCommandLine);
}

TEST_F(Precedence, ListsReplaceEachOther) {
  file("map:\n  dir:\n    src: [a, b]\n");
  EXPECT_EQ(settings_.values(*find_option(Command::kMap, "dir-src")),
            (std::vector<std::string>{"a", "b"}));
  command_line({"map", "--dir-src", "c"});
  EXPECT_EQ(settings_.values(*find_option(Command::kMap, "dir-src")),
            std::vector<std::string>{"c"});
}

// YAML::Load() takes the first document, and one character for the end of the text.
TEST(ConfigFile, NothingOfAFileIsPassedOver) {
  const ConfigFile two =
      parse_config("map:\n  dir:\n    src: a\n---\nreplay:\n  topspeed: yes\n", "f");
  ASSERT_EQ(two.complaints.size(), 1U);
  EXPECT_EQ(two.complaints[0].what,
            "f:5: a second document begins; a configuration is a single document");
  EXPECT_TRUE(parse_config("---\nreplay:\n  topspeed: yes\n---\n", "f").complaints.empty());
  EXPECT_TRUE(parse_config("", "f").complaints.empty());
  const ConfigFile cut = parse_config("replay:\n  topspeed: yes\n\x04\n  unknown: 1\n", "f");
  ASSERT_EQ(cut.complaints.size(), 1U);
  EXPECT_EQ(cut.complaints[0].what, "f:3: has a control character (0x04)");
}

TEST_F(Precedence, EnvironmentIsChecked) {
  const std::vector<Complaint> complaints = environment("GOPHERCAP_REPLAY_LOOP_COUNT=x");
  ASSERT_EQ(complaints.size(), 1U);
  EXPECT_EQ(complaints[0].what, "GOPHERCAP_REPLAY_LOOP_COUNT: \"x\" is not a whole number");
  EXPECT_TRUE(environment("GOPHERCAP_REPLAY_LOOP_COUNT=").empty()) << "set to nothing is not set";
  EXPECT_EQ(settings_.get(Option<int64_t>(Command::kReplay, "loop-count")), 1);
}

TEST_F(Precedence, BoolsCanBeTurnedOffAgain) {
  file("replay:\n  topspeed: yes\n");
  EXPECT_TRUE(settings_.get(Option<bool>(Command::kReplay, "topspeed")));
  command_line({"replay", "--topspeed=false"});
  EXPECT_FALSE(settings_.get(Option<bool>(Command::kReplay, "topspeed")));
}

TEST(Settings, Defaults) {
  const Settings settings;
  EXPECT_EQ(settings.text(*find_option(Command::kMap, "dump-json")), "/tmp/mapped-files.json");
  EXPECT_EQ(settings.text(*find_option(Command::kReplay, "out-interface")), "eth0");
  EXPECT_EQ(settings.text(*find_option(Command::kReplay, "out-file")), "");
  EXPECT_EQ(settings.get(Option<std::optional<uint64_t>>(Command::kReplay, "memory")),
            std::nullopt);
  EXPECT_TRUE(settings.values(*find_option(Command::kMap, "file-suffix")).empty());
}

}  // namespace
}  // namespace gophercap::cli
