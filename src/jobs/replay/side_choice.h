// Sends what clients say to one wire, and what servers say to the other.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "jobs/replay/side_table.h"
#include "packet/side.h"
#include "replay/read/wire_choice.h"
#include "rewrite/ethernet/mac_address.h"
#include "rewrite/network/prefix.h"

namespace gophercap::jobs {

// Who is on the side of the clients. Traffic between one of these and somebody else is split by
// that, and all other traffic by what the packets tell. At most one of the two has entries.
struct SplitRule {
  std::vector<rewrite::Prefix> client_nets{};  // also of the addresses in ARP
  std::vector<rewrite::MacAddress> client_stations{};

  bool operator==(const SplitRule&) const = default;
};

// "auto", "client-net" or "mac": the first word of the option.
std::string_view name_of(const SplitRule& rule) noexcept;

// Wire 0 is for packets from the clients' side, wire 1 for those from the servers' side.
class SideChoice final : public replay::WireChoice {
 public:
  // `table` is settled.
  SideChoice(SplitRule rule, SideTable table) : rule_(std::move(rule)), table_(std::move(table)) {}

  uint32_t wire_of(const packet::Frame& packet) const noexcept override {
    return side_of(packet) == packet::Side::kClient ? 0 : 1;
  }
  packet::Side side_of(const packet::Frame& packet) const noexcept;
  const SplitRule& rule() const noexcept { return rule_; }
  const SideTable& table() const noexcept { return table_; }

 private:
  const SplitRule rule_;
  const SideTable table_;
};

}  // namespace gophercap::jobs
