#include "rewrite/network/rule_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace gophercap::rewrite {
namespace {

Error wrong(std::string_view text, const std::string& what) {
  return Error{Errc::kInvalidArgument, 0, std::string(text) + ": " + what};
}

struct Sides {
  std::string_view from;
  std::string_view to;
};

// Only digits, and not too many of them for an unsigned.
bool read_number(std::string_view text, unsigned most, unsigned& value) noexcept {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return !text.empty() && text.size() <= 5 && error == std::errc() && stop == end && value <= most;
}

bool read_address(std::string_view text, Prefix& prefix) {
  std::array<uint8_t, 16> bytes{};
  prefix.ipv6 = text.find(':') != std::string_view::npos;
  // The C library takes a terminated string; zeros inside would hide what follows.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return false;
  const std::string terminated(text);
  if (inet_pton(prefix.ipv6 ? AF_INET6 : AF_INET, terminated.c_str(), bytes.data()) != 1)
    return false;
  prefix.first = 0;
  for (unsigned i = 0; i < address_bits(prefix) / 8; ++i)
    prefix.first = prefix.first << 8 | bytes[i];
  return true;
}

std::string_view without_brackets(std::string_view text) noexcept {
  const bool has = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  return has ? text.substr(1, text.size() - 2) : text;
}

// Colons also separate the parts of IPv6 addresses, which must then be in brackets.
Result<Sides> split_prefixes(std::string_view text) {
  size_t at = text.find('=');
  if (at == std::string_view::npos) {
    at = text.find("]:[");
    if (at != std::string_view::npos) {
      ++at;
    } else if (std::ranges::count(text, ':') == 1) {
      at = text.find(':');
    }
  }
  if (at == std::string_view::npos) return wrong(text, "not a pair of prefixes OLD=NEW");
  return Sides{text.substr(0, at), text.substr(at + 1)};
}

struct PortRange {
  uint16_t first = 0;
  uint16_t last = 0;
};

bool read_ports(std::string_view text, PortRange& range) noexcept {
  const size_t dash = text.find('-');
  unsigned first = 0;
  unsigned last = 0;
  if (!read_number(text.substr(0, dash), 65535, first)) return false;
  last = first;
  if (dash != std::string_view::npos && !read_number(text.substr(dash + 1), 65535, last))
    return false;
  range = {static_cast<uint16_t>(first), static_cast<uint16_t>(last)};
  return true;
}

}  // namespace

Result<Prefix> parse_prefix(std::string_view text) {
  const std::string_view inside = without_brackets(text);
  const size_t slash = inside.find('/');
  Prefix prefix;
  if (!read_address(inside.substr(0, slash), prefix))
    return wrong(text, "not an IPv4 or IPv6 prefix such as 10.0.0.0/8");
  unsigned length = address_bits(prefix);
  if (slash != std::string_view::npos &&
      !read_number(inside.substr(slash + 1), address_bits(prefix), length))
    return wrong(text, "the prefix length must be 0 to " + std::to_string(address_bits(prefix)));
  prefix.length = static_cast<uint8_t>(length);
  Prefix network = prefix;
  network.first = 0;
  network.first = prefix.first & ~last_of(network);
  if (network.first != prefix.first)
    return wrong(text,
                 "bits after the prefix are not zero; did you mean " + to_text(network) + "?");
  return prefix;
}

Result<PrefixPair> parse_prefix_pair(std::string_view text) {
  TRY(const Sides sides, split_prefixes(text));
  Result<Prefix> from = parse_prefix(sides.from);
  if (!from) return from.error().with_context(text);
  Result<Prefix> to = parse_prefix(sides.to);
  if (!to) return to.error().with_context(text);
  if (from->ipv6 != to->ipv6) return wrong(text, "one prefix is IPv4, the other IPv6");
  if (from->length != to->length)
    return wrong(text, "the prefixes must have the same length, so that hosts stay apart");
  return PrefixPair{*from, *to};
}

Result<PortPair> parse_port_pair(std::string_view text) {
  const size_t at = text.find_first_of("=:");
  PortRange from;
  PortRange to;
  if (at == std::string_view::npos || !read_ports(text.substr(0, at), from) ||
      !read_ports(text.substr(at + 1), to))
    return wrong(text, "not a pair of ports OLD=NEW such as 80=8080 or 8000-8010=9000-9010");
  if (from.first == 0 || to.first == 0) return wrong(text, "ports are 1 to 65535");
  if (from.last < from.first || to.last < to.first)
    return wrong(text, "a range ends before it begins");
  if (from.last - from.first != to.last - to.first)
    return wrong(text, "the ranges must have the same size, so that ports stay apart");
  return PortPair{from.first, from.last, to.first};
}

}  // namespace gophercap::rewrite
