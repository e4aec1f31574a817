#include "archive/tar/link_bodies.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "archive/tar/member_path.h"
#include "archive/tar/tar_header.h"

namespace gophercap::archive {
namespace {

bool is_posix(std::span<const uint8_t> header) {
  constexpr std::string_view kPosix("ustar\0", 6);
  return std::ranges::equal(in_header(header, kMagicField).first(kPosix.size()), kPosix);
}

// A damaged header usually still has its magic.
bool may_be_header(std::span<const uint8_t> block) {
  constexpr std::string_view kMagic = "ustar";
  return has_right_checksum(block) ||
         std::ranges::equal(in_header(block, kMagicField).first(kMagic.size()), kMagic);
}

std::string link_in(std::span<const uint8_t> header) {
  const std::span<const uint8_t> field = in_header(header, kLinkField);
  return {field.begin(), std::ranges::find(field, uint8_t{0})};
}

// "./a" and "a" are the same path.
std::string plain_path(std::string_view path) {
  std::vector<std::string_view> parts;
  return split_path(path, parts) ? std::string(path) : join_parts(parts, '/');
}

std::string content_of(std::string_view path, uint64_t size_bytes, std::span<const uint8_t> block) {
  const auto own = static_cast<std::ptrdiff_t>(std::min<uint64_t>(size_bytes, block.size()));
  std::string content(path);
  content.push_back('\0');
  content += std::to_string(size_bytes);
  content.push_back('\0');
  content.append(block.begin(), block.begin() + own);
  return content;
}

}  // namespace

Result<LinkBodies::Body> LinkBodies::body_of(std::span<const uint8_t> header, uint64_t size_bytes,
                                             const std::optional<std::string>& long_link,
                                             TarInput& in) const {
  const uint8_t kind = header[kKindField.offset];
  if (kind < '1' || kind > '6') return Body{size_bytes};
  if (kind != '1' || !is_posix(header) || size_bytes == 0) return Body{};
  TRY(const std::span<const uint8_t> behind, in.peek(kTarHeaderBytes));
  if (behind.size() < kTarHeaderBytes || is_all_zeros(behind) || may_be_header(behind))
    return Body{};
  const std::string link = plain_path(long_link.value_or(link_in(header)));
  if (contents_.contains(content_of(link, size_bytes, behind))) return Body{size_bytes};
  // The following data belongs to something else whose header is missing.
  if (paths_.contains(link)) return Body{};
  return Body{size_bytes,
              "a hard link that seems to have data of its own, to a file that does "
              "not come before it"};
}

void LinkBodies::add_file(std::span<const uint8_t> header, std::string_view path,
                          uint64_t size_bytes, TarInput& in) {
  if (!is_posix(header) || size_bytes == 0) return;
  const Result<std::span<const uint8_t>> block = in.peek(kTarHeaderBytes);
  if (!block) return;  // the error is reported when the file is read
  const std::string plain = plain_path(path);
  paths_.insert(plain);
  contents_.insert(content_of(plain, size_bytes, *block));
}

}  // namespace gophercap::archive
