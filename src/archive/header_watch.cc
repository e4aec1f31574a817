#include "archive/header_watch.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace gophercap::archive {
namespace {

constexpr uint64_t kBlock = 512;
// The library refuses records of more than a megabyte by itself.
constexpr uint64_t kMostRecords = uint64_t{1} << 20;

uint64_t rounded(uint64_t bytes) {
  return (bytes + kBlock - 1) / kBlock * kBlock;
}

// Octal. The other form is for files larger than any of these parts.
uint64_t size_in(std::span<const uint8_t> header) {
  constexpr size_t kSize = 124;
  constexpr size_t kDigits = 12;
  uint64_t size = 0;
  for (const uint8_t digit : header.subspan(kSize, kDigits)) {
    if (digit == ' ' && size == 0) continue;
    if (digit < '0' || digit > '7') break;
    size = size * 8 + (digit - '0');
  }
  return size;
}

// Bytes of the lists in records of pax: "LENGTH KEY=VALUE\n".
uint64_t list_bytes(std::string_view records) {
  constexpr std::string_view kKey = "SCHILY.acl.";
  uint64_t bytes = 0;
  while (!records.empty()) {
    size_t length = 0;
    const auto parsed = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<size_t>(parsed.ptr - records.data());
    if (parsed.ec != std::errc() || length <= digits || length > records.size()) break;
    if (records.substr(digits + 1).starts_with(kKey)) bytes += length;
    records.remove_prefix(length);
  }
  return bytes;
}

}  // namespace

void HeaderWatch::begin(uint64_t offset) {
  part_ = Part::kHeader;
  at_ = rounded(offset);
  size_ = kBlock;
  bytes_.clear();
}

bool HeaderWatch::look(std::span<const uint8_t> bytes, uint64_t offset) {
  while (part_ != Part::kDone) {
    const uint64_t wanted = at_ + bytes_.size();
    const uint64_t until = at_ + size_;
    if (wanted < offset || until < wanted) return true;  // not shown: nothing can be said
    const auto skip = static_cast<size_t>(std::min<uint64_t>(wanted - offset, bytes.size()));
    const auto some = bytes.subspan(skip).first(
        static_cast<size_t>(std::min<uint64_t>(bytes.size() - skip, until - wanted)));
    bytes_.insert(bytes_.end(), some.begin(), some.end());
    if (bytes_.size() < size_) return true;
    const std::vector<uint8_t> whole = std::move(bytes_);
    bytes_.clear();
    if (!take(whole)) return false;
  }
  return true;
}

// A part has been seen whole: what follows it is the next one.
bool HeaderWatch::take(std::span<const uint8_t> whole) {
  const uint64_t end = at_ + rounded(size_);
  const Part part = part_;
  at_ = end;
  size_ = kBlock;
  part_ = Part::kHeader;
  if (part == Part::kRecords) {
    return list_bytes({reinterpret_cast<const char*>(whole.data()), whole.size()}) <= kLongestList;
  }
  if (std::ranges::all_of(whole, [](uint8_t byte) { return byte == 0; })) return true;
  constexpr size_t kKind = 156;
  const auto kind = static_cast<char>(whole[kKind]);
  const uint64_t size = size_in(whole);
  const bool list = kind == 'A';  // of Solaris: nothing else is in it
  if (list && size > kLongestList) return false;
  const bool records = kind == 'x' || kind == 'X' || kind == 'g';
  const bool other = list || kind == 'L' || kind == 'K' || kind == 'V';
  if ((!records && !other) || size > kMostRecords) {
    part_ = Part::kDone;
  } else if (records) {
    part_ = Part::kRecords;
    size_ = size;
  } else {
    at_ = end + rounded(size);
  }
  return true;
}

}  // namespace gophercap::archive
