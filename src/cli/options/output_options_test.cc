#include "cli/options/output_options.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/options/option_table.h"
#include "cli/run.h"
#include "testing/pcap_builder.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::cli {
namespace {

using Words = std::vector<std::string>;

// Runs commands on files that each of their output options names in turn.
class EveryOutputOption : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::PcapBuilder pcap;
    pcap.packet(1'000'000'000, testing::ethernet_frame(100));
    member_ = dir_.write("set/a.pcap", pcap.bytes());
    other_name_ = dir_.path("other.pcap");
    std::filesystem::create_hard_link(member_, other_name_);
    testing::TarBuilder tar;
    tarball_ =
        dir_.write("set.tar", tar.member({.path = "a.pcap", .data = pcap.bytes()}).end().bytes());
    config_ = dir_.write("config.yaml", "map:\n  file:\n    workers: 1\n");
    dump_ = dir_.path("set.json");
    ASSERT_EQ(run_words({"map", set_, "--dump-json", dump_}).code, ExitCode::kOk) << said_;
  }

  Outcome run_words(const Words& words) {
    std::vector<const char*> argv = {"gophercap"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    argv.push_back("--no-sandbox");  // which is for good, and so for the other tests too
    argv.push_back("--quiet");
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    const Outcome outcome = run(static_cast<int>(argv.size()), argv.data());
    said_ = ::testing::internal::GetCapturedStderr();
    ::testing::internal::GetCapturedStdout();
    return outcome;
  }

  // The words before the output option, and the files that they make the command read.
  struct Use {
    Words words;
    Words reads;
  };
  std::vector<Use> uses_of(Command command, const OptionSpec& option) const {
    Words file = {"--out-file", dir_.path("new.pcap")};
    if (option.name == "out-file") file.clear();
    const auto with = [&](Words words) {
      words.insert(words.end(), file.begin(), file.end());
      return words;
    };
    switch (command) {
      case Command::kMap:
        return {{{"map", set_}, {member_, other_name_}},
                {{"map", member_}, {member_, other_name_}},
                {{"map", tarball_}, {tarball_}},
                {{"map", set_, "--config", config_}, {config_}}};
      case Command::kReplay:
        return {
            {with({"replay", "--topspeed", "--dump-json", dump_}), {member_, other_name_, dump_}},
            {with({"replay", "--topspeed", set_}), {member_, other_name_}},
            {with({"replay", "--topspeed", set_, "--config", config_}), {config_}}};
      case Command::kTarExtract:
        return {{{"tarExtract", tarball_, "--out-dir", dir_.path("out")}, {tarball_}},
                {{"tarExtract", tarball_, "--out-dir", dir_.path("out"), "--config", config_},
                 {config_}}};
      default:
        return {};
    }
  }

  testing::TempDir dir_;
  const std::string set_ = dir_.path("set");
  std::string member_;
  std::string other_name_;  // of the member
  std::string tarball_;
  std::string config_;
  std::string dump_;
  std::string said_;  // on standard error by the last run
};

TEST_F(EveryOutputOption, RefusesAFileThatIsRead) {
  size_t outputs = 0;
  for (const CommandSpec& command : command_table()) {
    for (const OptionSpec* option : options_of(command.id)) {
      if (!is_output(*option, command.id)) continue;
      ++outputs;
      const std::vector<Use> uses = uses_of(command.id, *option);
      EXPECT_FALSE(uses.empty()) << "uses_of() does not know what " << command.name << " reads";
      for (const Use& use : uses) {
        for (const std::string& input : use.reads) {
          const std::vector<uint8_t> before = testing::read_file(input);
          Words words = use.words;
          words.insert(words.end(), {"--" + std::string(option->name), input});
          EXPECT_EQ(run_words(words).code, ExitCode::kUsage)
              << command.name << " --" << option->name << " " << input;
          EXPECT_NE(said_.find(input + " is one of the files to be read"), std::string::npos)
              << said_;
          EXPECT_EQ(testing::read_file(input), before);
        }
      }
    }
  }
  EXPECT_GE(outputs, 4U);
}

}  // namespace
}  // namespace gophercap::cli
