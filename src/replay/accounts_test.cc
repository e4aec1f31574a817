#include "replay/accounts.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace gophercap::replay {
namespace {

using Json = nlohmann::ordered_json;

// Gives each counter a different number.
Accounts distinct() {
  Accounts accounts;
  uint64_t n = 100;
  for (const DropReason& reason : kDropReasons) accounts.*reason.count = n++;
  accounts.sent = 10'000;
  accounts.frames_sent = 10'000;
  accounts.read = accounts.sent + accounts.settled_unsent() + accounts.unsent_at_stop;
  return accounts;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TEST(DropReasons, EachPacketIsInOneOfThem) {
  for (const DropReason& reason : kDropReasons) {
    Accounts accounts;
    accounts.read = 1;
    EXPECT_FALSE(accounts.balanced());
    ++(accounts.*reason.count);
    EXPECT_TRUE(accounts.balanced()) << reason.key;
    EXPECT_EQ(accounts.missing(), reason.incomplete ? 1U : 0U) << reason.key;
    EXPECT_EQ(accounts.left_out(), reason.stage == DropStage::kReading ? 1U : 0U) << reason.key;
  }
}

TEST(DropReasons, HaveKeysAndVerdictsOfTheirOwn) {
  std::set<std::string> keys;
  std::set<Verdict> verdicts;
  for (const DropReason& reason : kDropReasons) {
    EXPECT_TRUE(keys.insert(std::string(reason.object) + '.' + std::string(reason.key)).second);
    EXPECT_EQ(reason.verdict != Verdict::kSend, reason.stage == DropStage::kReading);
    if (reason.verdict != Verdict::kSend) {
      EXPECT_TRUE(verdicts.insert(reason.verdict).second);
    }
  }
  EXPECT_EQ(verdicts.size(), static_cast<size_t>(Verdict::kTooShort));
}

TEST(DropReasons, AreAllInTheJsonInItsOrder) {
  const Accounts accounts = distinct();
  const Json json = accounts_to_json(accounts);
  EXPECT_EQ(keys_of(json), (std::vector<std::string>{"read",
                                                     "sent",
                                                     "sent_bytes",
                                                     "filtered",
                                                     "outside_window",
                                                     "not_in_sample",
                                                     "skipped",
                                                     "dropped_late",
                                                     "missed_link_down",
                                                     "failed",
                                                     "failed_at_far_end",
                                                     "passed_over",
                                                     "after_limit",
                                                     "unsent_at_stop",
                                                     "balanced",
                                                     "sent_cut_by_snaplen",
                                                     "sent_without_fcs",
                                                     "filtered_with_vlan_tag",
                                                     "changed",
                                                     "clock_steps_followed",
                                                     "not_sorted"}));
  EXPECT_EQ(keys_of(json["skipped"]),
            (std::vector<std::string>{"out_of_order", "above_limit", "link_type", "link_protocol",
                                      "wifi_encrypted", "wifi_fragment", "wifi_signalling",
                                      "link_header_cut", "too_long", "too_long_cut",
                                      "dont_fragment", "oversize", "too_short"}));
  EXPECT_EQ(json["balanced"], true);
  for (const DropReason& reason : kDropReasons) {
    const Json& object = reason.object.empty() ? json : json[std::string(reason.object)];
    EXPECT_EQ(object[std::string(reason.key)], accounts.*reason.count) << reason.key;
  }
}

}  // namespace
}  // namespace gophercap::replay
