#include "archive/tar/tar_header.h"

#include <algorithm>

namespace gophercap::archive {
namespace {

bool is_octal(uint8_t byte) noexcept {
  return byte >= '0' && byte <= '7';
}

std::optional<uint64_t> binary_number(std::span<const uint8_t> field) noexcept {
  uint64_t value = field[0] & 0x7f;
  for (const uint8_t byte : field.subspan(1)) {
    if (value > UINT64_MAX >> 9) return std::nullopt;
    value = value << 8 | byte;
  }
  return value;
}

}  // namespace

// Some writers sum up signed bytes and some unsigned ones, and octal digits may end with or without
// a terminator.
bool has_right_checksum(std::span<const uint8_t> block) noexcept {
  int32_t stored = 0;
  bool any = false;
  for (const uint8_t byte : in_header(block, kSumField)) {
    if (byte == ' ' && !any) continue;
    if (byte == ' ' || byte == 0) break;
    if (!is_octal(byte)) return false;
    stored = stored * 8 + (byte - '0');
    any = true;
  }
  if (!any) return false;
  int32_t of_unsigned = 0;
  int32_t of_signed = 0;
  for (const uint8_t byte : block.first(kTarHeaderBytes)) {
    of_unsigned += byte;
    of_signed += static_cast<int8_t>(byte);
  }
  for (const uint8_t byte : in_header(block, kSumField)) {
    of_unsigned += ' ' - byte;
    of_signed += ' ' - static_cast<int8_t>(byte);
  }
  return stored == of_unsigned || stored == of_signed;
}

bool begins_tar(std::span<const uint8_t> front) noexcept {
  return front.size() >= kTarHeaderBytes && front[0] != 0 && has_right_checksum(front);
}

std::optional<uint64_t> tar_number(std::span<const uint8_t> field) noexcept {
  // The second bit is the sign.
  if (!field.empty() && (field[0] & 0x80) != 0)
    return (field[0] & 0x40) != 0 ? std::nullopt : binary_number(field);
  auto digit = std::ranges::find_if_not(field, [](uint8_t byte) { return byte == ' '; });
  uint64_t value = 0;
  for (; digit != field.end() && is_octal(*digit); ++digit) {
    if (value > UINT64_MAX >> 4) return std::nullopt;
    value = value * 8 + static_cast<uint64_t>(*digit - '0');
  }
  if (digit != field.end() && *digit != ' ' && *digit != 0) return std::nullopt;
  return value;
}

bool has_size(std::span<const uint8_t> block) noexcept {
  return block[kKindField.offset] == '1' || tar_number(in_header(block, kSizeField)).has_value();
}

bool looks_like_header(std::span<const uint8_t> block) noexcept {
  if (!begins_tar(block) || !has_size(block)) return false;
  // These numbers may be negative.
  const auto is_number = [&](HeaderField field) {
    const std::span<const uint8_t> bytes = in_header(block, field);
    return (bytes[0] & 0x80) != 0 || tar_number(bytes).has_value();
  };
  return is_number(kModeField) && is_number(kTimeField);
}

bool is_all_zeros(std::span<const uint8_t> bytes) noexcept {
  return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

}  // namespace gophercap::archive
