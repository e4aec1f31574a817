#include "rewrite/rules/link_rules.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <system_error>

#include "rewrite/network/rule_text.h"

namespace gophercap::rewrite {
namespace {

constexpr unsigned kMostVlan = 4094;  // 4095 is reserved
constexpr unsigned kMostPriority = 7;

Error wrong(std::string_view text, std::string_view why) {
  return Error{Errc::kInvalidArgument, 0, fmt::format("{}: {}", text, why)};
}

Result<unsigned> number(std::string_view text, std::string_view digits, unsigned most,
                        std::string_view what) {
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || error != std::errc() || stop != end || value > most)
    return wrong(text, fmt::format("{} must be 0 to {}", what, most));
  return value;
}

Result<uint16_t> vlan(std::string_view text, std::string_view digits) {
  TRY(const unsigned id, number(text, digits, kMostVlan, "a VLAN"));
  return static_cast<uint16_t>(id);
}

Result<uint8_t> priority(std::string_view text, std::string_view digits) {
  TRY(const unsigned value, number(text, digits, kMostPriority, "a priority"));
  return static_cast<uint8_t>(value);
}

// `rest` is what follows "push:".
Result<VlanRule> parse_push(std::string_view text, std::string_view rest) {
  constexpr std::string_view kPriority = "priority=";
  VlanRule rule{.kind = VlanRule::Kind::kPush};
  size_t comma = rest.find(',');
  TRY(rule.id, vlan(text, rest.substr(0, comma)));
  while (comma != std::string_view::npos) {
    rest.remove_prefix(comma + 1);
    comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    if (word.starts_with(kPriority)) {
      TRY(rule.priority, priority(text, word.substr(kPriority.size())));
    } else if (word == "802.1ad") {
      rule.type = packet::kEtherVlanService;
    } else {
      return wrong(text, fmt::format("\"{}\" is neither priority=P nor 802.1ad", word));
    }
  }
  return rule;
}

Result<VlanRule> parse_map(std::string_view text, std::string_view rest) {
  const size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return wrong(text, "needs two VLANs: map:OLD=NEW");
  VlanRule rule{.kind = VlanRule::Kind::kMap};
  TRY(rule.from, vlan(text, rest.substr(0, equals)));
  TRY(rule.id, vlan(text, rest.substr(equals + 1)));
  return rule;
}

}  // namespace

Result<MacRule> parse_mac_rule(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return wrong(text, "not of the form OLD=NEW with a MAC address as NEW");
  const std::string_view from = text.substr(0, equals);
  MacRule rule;
  if (const Result<MacAddress> mac = parse_mac(from)) {
    rule.from = *mac;
  } else if (const Result<Prefix> hosts = parse_prefix(from)) {
    rule.hosts = *hosts;
  } else {
    return wrong(text, fmt::format("\"{}\" is neither a MAC address nor a prefix of IP addresses "
                                   "such as 10.0.0.0/8",
                                   from));
  }
  Result<MacAddress> to = parse_mac(text.substr(equals + 1));
  if (!to) return to.error().with_context(text);
  rule.to = *to;
  return rule;
}

Result<VlanRule> parse_vlan_rule(std::string_view text) {
  if (text == "pop") return VlanRule{};
  if (text == "pop:all") return VlanRule{.kind = VlanRule::Kind::kPopAll};
  const size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view rest = text.substr(colon + 1);
    if (word == "push") return parse_push(text, rest);
    if (word == "map") return parse_map(text, rest);
    if (word == "priority") {
      VlanRule rule{.kind = VlanRule::Kind::kPriority};
      TRY(rule.priority, priority(text, rest));
      return rule;
    }
  }
  return wrong(text, "not one of push:ID, pop, pop:all, map:OLD=NEW, priority:P");
}

std::string to_text(const MacRule& rule) {
  return fmt::format("{}={}", rule.hosts ? to_text(*rule.hosts) : to_text(rule.from),
                     to_text(rule.to));
}

std::string to_text(const VlanRule& rule) {
  switch (rule.kind) {
    case VlanRule::Kind::kPop:
      return "pop";
    case VlanRule::Kind::kPopAll:
      return "pop:all";
    case VlanRule::Kind::kMap:
      return fmt::format("map:{}={}", rule.from, rule.id);
    case VlanRule::Kind::kPriority:
      return fmt::format("priority:{}", rule.priority);
    case VlanRule::Kind::kPush:
      break;
  }
  return fmt::format("push:{}{}{}", rule.id,
                     rule.priority > 0 ? fmt::format(",priority={}", rule.priority) : "",
                     rule.type == packet::kEtherVlanService ? ",802.1ad" : "");
}

}  // namespace gophercap::rewrite
