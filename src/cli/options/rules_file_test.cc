#include "cli/options/rules_file.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/options/config_file.h"
#include "cli/options/option.h"
#include "cli/options/parser.h"
#include "testing/temp_dir.h"

namespace gophercap::cli {
namespace {

using Words = std::vector<std::string>;

class RulesFile : public ::testing::Test {
 protected:
  // Returns the rules of the command line, or what is wrong.
  Words rules(std::string_view yaml, Words words = {}, std::string_view config = {}) {
    settings_ = Settings();
    settings_.apply(parse_config(config, "c.yaml"));
    const std::string path = dir_.write("rules.yaml", yaml);
    words.insert(words.begin(), {"replay", "--rewrite", path});
    settings_.apply(parse_arguments(words));
    if (const auto complaints = apply_rules_file(settings_, Command::kReplay);
        !complaints.empty()) {
      Words wrong;
      for (const Complaint& complaint : complaints)
        wrong.push_back(complaint.what.substr(complaint.what.find("rules.yaml")));
      return wrong;
    }
    const auto rules = rules_of(settings_, Command::kReplay);
    return rules ? rules->texts : Words{rules.error().what};
  }

  testing::TempDir dir_;
  Settings settings_;
};

TEST_F(RulesFile, KeysAreTheNamesOfOptions) {
  EXPECT_EQ(rules("map-ip:\n"
                  "  - 10.0.0.0/8=172.0.0.0/8\n"
                  "  - 2001:db8::/32=fd00:1::/32\n"
                  "map-port: 80=8080\n"
                  "vlan: [pop, 'push:5,priority=3']\n"
                  "Set-TTL: 64\n"
                  "set-dst-mac: 02:00:00:00:00:01\n"
                  "map-mac: [192.0.2.0/24=02:00:00:00:00:02]\n"
                  "fix-checksums: true\n"
                  "unique-ip: false\n"
                  "tunnel-side: inside\n"),
            (Words{"set-dst-mac 02:00:00:00:00:01", "map-mac 192.0.2.0/24=02:00:00:00:00:02",
                   "vlan pop", "vlan push:5,priority=3", "map-ip 10.0.0.0/8=172.0.0.0/8",
                   "map-ip 2001:db8::/32=fd00:1::/32", "map-port 80=8080", "set-ttl 64",
                   "fix-checksums", "tunnel-side inside"}));
  EXPECT_EQ(rules(""), Words{});
  EXPECT_EQ(rules("set-ttl:\nmap-ip: []\n"), Words{});
}

TEST_F(RulesFile, OptionsAddToItOrOverrideIt) {
  const std::string_view yaml = "map-port: [80=8080]\nset-ttl: 64\nset-dscp: 0\n";
  EXPECT_EQ(rules(yaml, {"--map-port", "443=8443", "--set-ttl", "9"}),
            (Words{"map-port 80=8080", "map-port 443=8443", "set-ttl 9", "set-dscp 0"}));
  EXPECT_EQ(rules(yaml, {}, "replay: {set: {ttl: 9, dscp: }, fix: {checksums: false}}"),
            (Words{"map-port 80=8080", "set-ttl 9", "set-dscp 0"}));
  EXPECT_EQ(rules("tunnel-side: inside\nset-ttl: 5\n", {"--tunnel-side", "both"}),
            Words{"set-ttl 5"});
  // The report has what was in force, whatever it came from.
  bool found = false;
  for (const replay::GivenOption& option : settings_.given(Command::kReplay))
    found = found || (option.name == "set-ttl" && option.values == Words{"5"});
  EXPECT_TRUE(found);
}

TEST_F(RulesFile, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_EQ(rules("map-ip:\n  - 10.0.0.0/8=172.0.0.0/9\n"),
            Words{"rules.yaml:2: map-ip: 10.0.0.0/8=172.0.0.0/9: the prefixes must have the same "
                  "length, so that hosts stay apart"});
  EXPECT_EQ(rules("\nmap_ip: x\n"), Words{"rules.yaml:2: map_ip: unknown key"});
  EXPECT_EQ(rules("rewrite: other.yaml\n"), Words{"rules.yaml:1: rewrite: unknown key"});
  EXPECT_EQ(rules("to-ethernet: on\n"), Words{"rules.yaml:1: to-ethernet: unknown key"});
  EXPECT_EQ(rules("set-ttl: 5\nset-ttl: 6\n"),
            Words{"rules.yaml:2: set-ttl: is given twice, first in line 1"});
  EXPECT_EQ(rules("set-ttl: many\n"),
            Words{"rules.yaml:1: set-ttl: \"many\" is not a whole number"});
  EXPECT_EQ(rules("set-ttl: [1, 2]\n"), Words{"rules.yaml:1: set-ttl: must be a single value"});
  EXPECT_EQ(rules("- push:5\n"), Words{"rules.yaml:1: is not a file of rules: no keys"});
  EXPECT_EQ(rules("set-ttl: 5\n---\nset-ttl: 6\n").size(), 1u);
  EXPECT_EQ(rules("map-ip: [10.0.0.0/8=172.0.0.0/8, 10.1.0.0/16=172.1.0.0/16]\n")[0].substr(0, 9),
            "--map-ip:");
  EXPECT_EQ(rules("set-ttl: 0\n"), Words{"--set-ttl: must be 1 to 255"});
}

// Behind such a text, the YAML library finds empty documents without end.
TEST_F(RulesFile, DocumentsWithoutEndAreNotReadOn) {
  const std::string yaml = "set-ttl: 5\n---\n, \"a\", \"b\nc: yes\ny:3\", \"d: 5\n 5\n? ";
  EXPECT_LE(rules(yaml).size(), 2u);
  EXPECT_LE(parse_config(yaml, "c.yaml").complaints.size(), 3u);
}

TEST_F(RulesFile, IsRefusedIfItCannotBeRead) {
  settings_.apply(parse_arguments(Words{"verify", "--rewrite", dir_.path("none.yaml")}));
  const auto complaints = apply_rules_file(settings_, Command::kVerify);
  ASSERT_EQ(complaints.size(), 1u);
  EXPECT_TRUE(complaints[0].what.starts_with("--rewrite: ")) << complaints[0].what;
  EXPECT_TRUE(complaints[0].what.ends_with("none.yaml: No such file or directory"))
      << complaints[0].what;
}

}  // namespace
}  // namespace gophercap::cli
