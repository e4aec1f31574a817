#include "cli/text/trouble.h"

#include <gtest/gtest.h>

namespace gophercap::cli {
namespace {

std::vector<replay::DamagedFile> files() {
  return {{"cut.pcap", {24, Errc::kTruncated, "a record is cut off"}},
          {"secret.pcap", {0, Errc::kPermission, "Permission denied"}},
          {"bad_disk.pcap", {4096, Errc::kIo, "Input/output error"}}};
}

TEST(Troubles, WhatTheSystemRefusedIsNotCalledDamage) {
  const std::vector<replay::DamagedFile> both = files();
  const Troubles troubles(both);
  EXPECT_EQ(troubles.damaged(), 1u);
  EXPECT_EQ(troubles.unread(), 2u);
  EXPECT_EQ(troubles.list("", {}),
            "\nDamage (what comes before it is used):\n"
            "  cut.pcap: byte 24: a record is cut off\n"
            "\nNot read to the end (what was read before is used):\n"
            "  secret.pcap: Permission denied\n"
            "  bad_disk.pcap: byte 4096: Input/output error\n");
}

TEST(Troubles, NothingWrongIsNoWords) {
  const std::vector<replay::DamagedFile> none;
  const Troubles troubles(none);
  EXPECT_TRUE(troubles.none());
  EXPECT_EQ(troubles.list(" in the set", {}), "");
}

}  // namespace
}  // namespace gophercap::cli
