#include "jobs/set/load_set.h"

#include <gtest/gtest.h>

#include <string>

#include "jobs/map/map_job.h"
#include "jobs/set/packet_selection.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

class LoadSet : public ::testing::Test {
 protected:
  std::string capture(const std::string& name, int packets) {
    testing::PcapBuilder pcap({.magic = testing::kMagicNanos});
    for (int i = 0; i < packets; ++i) pcap.packet(i, testing::ethernet_frame(64));
    return dir_.write(name, pcap.bytes());
  }

  testing::TempDir dir_;
  testing::QuietReporter reporter_;
};

// As for a job that writes packets of a set without replaying it.
TEST_F(LoadSet, NeedsNothingOfAReplay) {
  capture("set/a.pcap", 3);
  capture("set/b.pcap", 4);
  const SelectOptions select;
  SetOptions options;
  options.paths = {dir_.path("set")};
  const Result<LoadedSet> loaded = load_set(options, needs_of(select), reporter_, {});
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->set.files.size(), 2U);
  EXPECT_EQ(loaded->set.packets(), 7U);
  EXPECT_TRUE(select_packets(select, loaded->set.files[0].link_types, reporter_, {}));
}

TEST_F(LoadSet, ReadsADumpUnlessPathsAreGiven) {
  const std::string a = capture("a.pcap", 3);
  SetOptions options;
  options.dump_path = dir_.path("d.json");
  ASSERT_TRUE(
      run_map({.selection = {.paths = {a}}, .dump_path = options.dump_path}, reporter_, {}));
  EXPECT_EQ(options.dump(), options.dump_path);
  const Result<LoadedSet> dumped = load_set(options, {}, reporter_, {});
  ASSERT_TRUE(dumped) << dumped.error().what;
  EXPECT_EQ(dumped->set.packets(), 3U);

  options.paths = {capture("b.pcap", 5)};
  EXPECT_EQ(options.dump(), "");
  const Result<LoadedSet> mapped = load_set(options, {}, reporter_, {});
  ASSERT_TRUE(mapped) << mapped.error().what;
  EXPECT_EQ(mapped->set.packets(), 5U);
}

}  // namespace
}  // namespace gophercap::jobs
