// Parses the records of pax headers: "LENGTH KEY=VALUE\n", one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gophercap::archive {

// The records that affect how a member is read. Attributes, owners and comments are skipped,
// whatever their length.
struct PaxFacts {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<uint64_t> size_bytes;
  std::string mtime;  // as written; empty: none

  // The sparse file records of GNU tar, versions 0.0, 0.1 and 1.0.
  struct Sparse {
    std::optional<uint64_t> major;
    std::optional<uint64_t> minor;
    std::optional<uint64_t> real_size_bytes;
    std::optional<std::string> name;
    std::optional<uint64_t> runs;
    bool has_map = false;         // in 0.0 or 0.1; in 1.0 the map comes before the member's data
    std::vector<uint64_t> map{};  // offset, length, offset, …
  };
  Sparse sparse;

  uint64_t acl_bytes = 0;  // length of the access control lists of one header, in total
  // What could not be read properly, which may affect a name; empty: nothing.
  std::string fault;
};

// Later records override earlier ones, including those of an earlier call. A damaged record is read
// as far as it makes sense: if its length counts characters instead of bytes, as that; otherwise up
// to the end of its line.
void read_pax_records(std::string_view records, PaxFacts& facts);

}  // namespace gophercap::archive
