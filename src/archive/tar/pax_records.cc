#include "archive/tar/pax_records.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace gophercap::archive {
namespace {

struct Record {
  std::string_view key;
  std::string_view value;
};

// Returns the length of the record and the offset of its key, or nothing if there is no record.
std::optional<std::pair<uint64_t, size_t>> front_of(std::string_view text) {
  const size_t blanks = std::min(text.find_first_not_of(" \t"), text.size());
  uint64_t length = 0;
  const char* const begin = text.data() + blanks;
  const auto parsed = std::from_chars(begin, text.data() + text.size(), length);
  if (parsed.ec != std::errc()) return std::nullopt;
  const auto digits = static_cast<size_t>(parsed.ptr - text.data());
  const size_t key = text.find_first_not_of(" \t", digits);
  if (key == digits || key == std::string_view::npos) return std::nullopt;
  return std::pair(length, key);
}

// Returns how many bytes the first `characters` UTF-8 characters take, or nothing if there are
// fewer.
std::optional<size_t> bytes_of_characters(std::string_view text, uint64_t characters) {
  size_t at = 0;
  for (; characters > 0 && at < text.size(); --characters) {
    ++at;
    while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) ++at;
  }
  if (characters > 0) return std::nullopt;
  return at;
}

bool ends_line(std::string_view text, uint64_t length) {
  return length > 0 && length <= text.size() && text[length - 1] == '\n';
}

// Returns the end of the line that is followed by another record, or by nothing.
size_t end_by_lines(std::string_view text, size_t from) {
  size_t end = text.find('\n', from);
  for (; end != std::string_view::npos; end = text.find('\n', end + 1)) {
    const std::string_view behind = text.substr(end + 1);
    if (behind.empty()) break;
    const auto front = front_of(behind);
    if (front && behind.find('=', front->second) != std::string_view::npos) break;
  }
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::optional<uint64_t> number_of(std::string_view text) {
  uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || value > INT64_MAX)
    return std::nullopt;
  return value;
}

class Reader {
 public:
  explicit Reader(PaxFacts& facts) : facts_(facts) {}

  void read(std::string_view text) {
    uint64_t acl_bytes = 0;
    while (!text.empty()) {
      const auto front = front_of(text);
      if (!front) {
        note("a pax header has an invalid record");
        return;
      }
      const size_t end = end_of(text, front->first, front->second);
      std::string_view record = text.substr(front->second, end - front->second);
      if (record.ends_with('\n')) record.remove_suffix(1);
      const size_t equals = record.find('=');
      if (equals == std::string_view::npos) {
        note("a pax header has a record without a key");
      } else {
        const std::string_view key = record.substr(0, equals);
        if (key.starts_with("SCHILY.acl.")) acl_bytes += end;
        take(key, record.substr(equals + 1));
      }
      text.remove_prefix(end);
    }
    facts_.acl_bytes = std::max(facts_.acl_bytes, acl_bytes);
  }

 private:
  void note(std::string_view fault) {
    if (facts_.fault.empty()) facts_.fault = fault;
  }

  size_t end_of(std::string_view text, uint64_t length, size_t key) {
    if (length > key && ends_line(text, length)) return static_cast<size_t>(length);
    // Headers have at most 16 MiB, which limits the work for a long record.
    if (const auto bytes = bytes_of_characters(text, length);
        bytes && *bytes > key && ends_line(text, *bytes)) {
      note("a pax header has a record whose length counts characters, not bytes");
      return *bytes;
    }
    note("a pax header has a record with a wrong length");
    return end_by_lines(text, key);
  }

  // A name ends at the first zero byte, as in all programs that read tar archives.
  std::optional<std::string> text_of(std::string_view value) {
    const size_t zero = value.find('\0');
    if (zero != std::string_view::npos) note("a pax header has a name with a zero byte in it");
    value = value.substr(0, zero);
    if (value.empty()) return std::nullopt;
    return std::string(value);
  }

  void take_number(std::string_view value, std::optional<uint64_t>& to) {
    if (value.empty()) {
      to.reset();
    } else if (const auto number = number_of(value)) {
      to = *number;
    } else {
      note("a pax header has an invalid number");
    }
  }

  void take(std::string_view key, std::string_view value) {
    if (key == "path") {
      facts_.path = text_of(value);
    } else if (key == "linkpath") {
      facts_.link = text_of(value);
    } else if (key == "size") {
      take_number(value, facts_.size_bytes);
    } else if (key == "mtime") {
      take_time(value);
    } else if (key.starts_with("GNU.sparse.")) {
      take_sparse(key.substr(key.rfind('.') + 1), value);
    }
  }

  void take_time(std::string_view value) {
    constexpr size_t kLongest = 64;
    facts_.mtime.clear();
    const bool plain = value.find_first_not_of("0123456789.-") == std::string_view::npos;
    if (plain && value.size() <= kLongest) {
      facts_.mtime = value;
    } else {
      note("a pax header has an invalid time");
    }
  }

  void take_sparse(std::string_view key, std::string_view value) {
    PaxFacts::Sparse& sparse = facts_.sparse;
    if (key == "major") {
      take_number(value, sparse.major);
    } else if (key == "minor") {
      take_number(value, sparse.minor);
    } else if (key == "realsize" || key == "size") {
      take_number(value, sparse.real_size_bytes);
    } else if (key == "name") {
      sparse.name = text_of(value);
    } else if (key == "numblocks") {
      sparse.has_map = true;
      take_number(value, sparse.runs);
    } else if (key == "map" || key == "offset" || key == "numbytes") {
      if (!map_begun_) sparse.map.clear();
      map_begun_ = true;
      take_map(value);
    }
  }

  void take_map(std::string_view value) {
    PaxFacts::Sparse& sparse = facts_.sparse;
    sparse.has_map = true;
    while (!value.empty()) {
      const std::string_view digits = value.substr(0, value.find(','));
      const auto number = number_of(digits);
      if (!number) {
        note("a pax header has an invalid sparse map");
        return;
      }
      sparse.map.push_back(*number);
      value.remove_prefix(std::min(value.size(), digits.size() + 1));
    }
  }

  PaxFacts& facts_;
  bool map_begun_ = false;
};

}  // namespace

void read_pax_records(std::string_view records, PaxFacts& facts) {
  Reader(facts).read(records);
}

}  // namespace gophercap::archive
