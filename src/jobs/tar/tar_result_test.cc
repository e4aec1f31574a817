#include "jobs/tar/tar_result.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace gophercap::jobs {
namespace {

using Json = nlohmann::json;

TEST(MemberListJson, IsOneDocumentHoweverManyMembers) {
  for (size_t count = 0; count < 3; ++count) {
    TarResult result;
    result.members = 7;
    MemberListJson list;
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      archive::Member member;
      member.path = "a\x1b\"" + std::to_string(i);
      member.kind = archive::MemberKind::kSymlink;
      member.mtime_seconds = i == 0 ? INT64_MAX : 1;  // of year 292277026596
      text += list.add(member);
    }
    text += list.finish(result);
    const Json json = Json::parse(text);
    EXPECT_EQ(json["version"], 1);
    EXPECT_EQ(json["members_read"], 7);
    EXPECT_FALSE(json.contains("files")) << "counters of an extraction";
    ASSERT_EQ(json["members"].size(), count);
    if (count < 2) continue;
    EXPECT_EQ(json["members"][0]["kind"], "link");
    EXPECT_FALSE(json["members"][0].contains("mtime"));
    EXPECT_EQ(json["members"][1]["path"], "a\x1b\"1");
    EXPECT_EQ(json["members"][1]["mtime"], "1970-01-01T00:00:01Z");
  }
}

TEST(TarJson, SaysWhereATarballEndsAndWhy) {
  TarResult result;
  result.damage = TarDamage{.file_bytes = 5, .archive_bytes = 9, .member = "m", .reason = "cut"};
  EXPECT_EQ(Json::parse(tar_to_json(result))["damage"]["reason"], "cut");
  result.damage->code = Errc::kPermission;
  const Json json = Json::parse(tar_to_json(result));
  EXPECT_FALSE(json.contains("damage"));
  EXPECT_EQ(json["unread"]["archive_bytes"], 9);
}

}  // namespace
}  // namespace gophercap::jobs
