#include "rewrite/network/port_map.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string>

#include "rewrite/network/rule_text.h"

namespace gophercap::rewrite {
namespace {

Result<PortMap> made_of(std::initializer_list<const char*> texts) {
  std::vector<PortPair> pairs;
  for (const char* text : texts) pairs.push_back(*parse_port_pair(text));
  return PortMap::make(pairs);
}

TEST(PortMap, MovesPortsAndRanges) {
  const PortMap map = *made_of({"80=8080", "8000-8010=9000-9010"});
  EXPECT_EQ(map.port(80), 8080);
  EXPECT_EQ(map.port(8080), 80);
  EXPECT_EQ(map.port(8003), 9003);
  EXPECT_EQ(map.port(9010), 8010);
  EXPECT_EQ(map.port(443), 443);
  EXPECT_EQ(map.port(0), 0);
  EXPECT_TRUE(PortMap().empty());
  EXPECT_EQ(PortMap().port(80), 80);
}

TEST(PortMap, IsAPermutationAlsoOfChainsAndOverlaps) {
  const PortMap map = *made_of({"1-60000=2-60001", "65535=1", "60100-60110=60105-60115"});
  std::set<uint16_t> images;
  for (unsigned port = 0; port < 65536; ++port)
    images.insert(map.port(static_cast<uint16_t>(port)));
  EXPECT_EQ(images.size(), 65536u);
  EXPECT_EQ(map.port(60001), 65535);
  EXPECT_EQ(map.port(60115), 60100);
}

TEST(PortMap, RefusesWhatIsNone) {
  const auto error = [](std::initializer_list<const char*> texts) {
    const Result<PortMap> map = made_of(texts);
    return map ? "" : map.error().what;
  };
  EXPECT_EQ(error({"80=1", "70-90=170-190"}), "70-90=170-190: port 80 is already in another rule");
  EXPECT_EQ(error({"80=1", "81=1"}), "81=1: ports 80 and 81 would both become 1");
  const Result<PortMap> beyond = PortMap::make(std::vector<PortPair>{{1, 10, 65530}});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().what, "1-10=65530-65539: ports end at 65535");
  EXPECT_FALSE(PortMap::make(std::vector<PortPair>{{10, 1, 5}}));
  EXPECT_FALSE(PortMap::make(std::vector<PortPair>{{0, 1, 5}}));
}

}  // namespace
}  // namespace gophercap::rewrite
