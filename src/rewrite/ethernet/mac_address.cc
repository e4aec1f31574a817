#include "rewrite/ethernet/mac_address.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstddef>
#include <system_error>

#include "base/bytes.h"

namespace gophercap::rewrite {
namespace {

// FNV-1a, whose values are the same on every machine and in every version.
uint64_t hash_of(const uint8_t* bytes, size_t count) noexcept {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (size_t i = 0; i < count; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ull;
  return hash ^ (hash >> 40);
}

}  // namespace

Result<MacAddress> parse_mac(std::string_view text) {
  constexpr size_t kTextBytes = 17;
  MacAddress address{};
  bool right = text.size() == kTextBytes;
  for (size_t i = 0; right && i < address.size(); ++i) {
    const char* const digits = text.data() + 3 * i;
    const auto [end, error] = std::from_chars(digits, digits + 2, address[i], 16);
    right = error == std::errc{} && end == digits + 2 &&
            (i + 1 == address.size() || *end == ':' || *end == '-');
  }
  if (right) return address;
  return Error{Errc::kInvalidArgument, 0,
               fmt::format("\"{}\" is not a MAC address like 02:00:5e:00:53:01", text)};
}

std::string to_text(const MacAddress& address) {
  return fmt::format("{:02x}", fmt::join(address, ":"));
}

MacAddress mac_of_ipv4(const uint8_t* address) noexcept {
  if (load_be32(address) == 0xffffffffu) return kBroadcast;
  const bool group = address[0] >> 4 == 0xe;
  if (group) return {0x01, 0x00, 0x5e, uint8_t(address[1] & 0x7f), address[2], address[3]};
  return {0x02, 0x00, address[0], address[1], address[2], address[3]};
}

MacAddress mac_of_ipv6(const uint8_t* address) noexcept {
  const bool group = address[0] == 0xff;
  if (group) return {0x33, 0x33, address[12], address[13], address[14], address[15]};
  const uint64_t hash = hash_of(address, 16);
  return {0x06,
          static_cast<uint8_t>(hash >> 32),
          static_cast<uint8_t>(hash >> 24),
          static_cast<uint8_t>(hash >> 16),
          static_cast<uint8_t>(hash >> 8),
          static_cast<uint8_t>(hash)};
}

}  // namespace gophercap::rewrite
