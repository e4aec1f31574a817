#include "archive/tar/extended_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "archive/tar/tar_header.h"

namespace gophercap::archive {
namespace {

// No file system supports a list of this length. Its records are not used, but libarchive compares
// each entry with all previous ones, so a longer list could keep it busy.
constexpr uint64_t kLongestList = uint64_t{16} << 10;
constexpr uint64_t kMostRecords = uint64_t{16} << 20;  // of one header, in memory
constexpr uint64_t kMostText = uint64_t{64} << 10;     // longer than any path

Error ends_early() {
  return {Errc::kTruncated, 0, "tar archive: ends in the header of a member"};
}

Error list_too_long() {
  return {Errc::kUnsupported, 0, "a member has an access control list of more than 16 KiB"};
}

}  // namespace

bool ExtendedHeaders::is_extended(uint8_t kind) noexcept {
  return std::string_view("xXgLKAV").find(static_cast<char>(kind)) != std::string_view::npos;
}

void ExtendedHeaders::clear() {
  if (any_) *this = ExtendedHeaders();
}

const std::optional<std::string>& ExtendedHeaders::name() const noexcept {
  if (pax_.sparse.name) return pax_.sparse.name;
  return pax_.path ? pax_.path : long_name_;
}

const std::optional<std::string>& ExtendedHeaders::link() const noexcept {
  return pax_.link ? pax_.link : long_link_;
}

Result<> ExtendedHeaders::read(TarInput& in, uint8_t kind, uint64_t size_bytes) {
  // A volume label and a global header belong to no member.
  if (kind != 'V' && kind != 'g') any_ = true;
  switch (kind) {
    case 'x':
    case 'X':
    case 'g':
      return read_records(in, kind, size_bytes);
    case 'L':
      return read_text(in, size_bytes, long_name_);
    case 'K':
      return read_text(in, size_bytes, long_link_);
    default:
      break;
  }
  if (kind == 'A' && size_bytes > kLongestList)
    return list_too_long();  // Solaris access control
                             // list
  TRY(const Passed passed, pass_over(whole_blocks(size_bytes), in));
  if (passed == Passed::kUpToEnd) return ends_early();
  if (passed == Passed::kUpToHeader)
    notice_ = "the size of a volume's label or of an access control list reaches over a header";
  return {};
}

Result<> ExtendedHeaders::read_records(TarInput& in, uint8_t kind, uint64_t size_bytes) {
  std::vector<uint8_t> bytes;
  const bool too_large = size_bytes > kMostRecords;
  if (!too_large) {
    TRY(const bool whole, in.append(size_bytes, bytes));
    if (!whole) return ends_early();
  }
  TRY(const bool whole, in.skip(whole_blocks(size_bytes) - bytes.size()));
  if (!whole) return ends_early();
  const std::string_view records(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (kind == 'g') {
    // Its usual contents, a comment (git) or a time, do not matter here, and every member has its
    // own name and size.
    PaxFacts of_all;
    read_pax_records(records, of_all);
    if (of_all.acl_bytes > kLongestList) return list_too_long();
    if (of_all.path || of_all.link || of_all.size_bytes || of_all.sparse.major)
      notice_ = "a pax header for all members sets their name or size, which is not followed";
    else if (!of_all.fault.empty())
      notice_ = of_all.fault;
    return {};
  }
  read_pax_records(records, pax_);
  if (pax_.acl_bytes > kLongestList) return list_too_long();
  if (too_large && pax_.fault.empty())
    pax_.fault = fmt::format("its pax header has {} bytes and was not read", size_bytes);
  return {};
}

Result<> ExtendedHeaders::read_text(TarInput& in, uint64_t size_bytes,
                                    std::optional<std::string>& text) {
  const uint64_t kept = std::min(size_bytes, kMostText);
  std::vector<uint8_t> bytes;
  TRY(const bool some, in.append(kept, bytes));
  if (!some) return ends_early();
  TRY(const bool whole, in.skip(whole_blocks(size_bytes) - kept));
  if (!whole) return ends_early();
  const auto end = std::ranges::find(bytes, uint8_t{0});
  // The following bytes may include the header that the name belongs to.
  if (std::any_of(end, bytes.end(), [](uint8_t byte) { return byte != 0; }) && pax_.fault.empty())
    pax_.fault = "a long name has other bytes after its end";
  bytes.erase(end, bytes.end());
  text.emplace(bytes.begin(), bytes.end());
  return {};
}

}  // namespace gophercap::archive
