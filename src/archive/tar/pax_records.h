// The records of pax headers: "LENGTH KEY=VALUE\n", one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gophercap::archive {

// What of them says how a member is to be read. Attributes, owners and comments are passed over,
// whatever their length.
struct PaxFacts {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<uint64_t> size_bytes;
  std::string mtime;  // as it is written; empty: none

  // Of a sparse file, as GNU tar has written them in its versions 0.0, 0.1 and 1.0.
  struct Sparse {
    std::optional<uint64_t> major;
    std::optional<uint64_t> minor;
    std::optional<uint64_t> real_size_bytes;
    std::optional<std::string> name;
    std::optional<uint64_t> runs;
    bool has_map = false;         // 0.0 or 0.1; 1.0 has it in front of the member's bytes
    std::vector<uint64_t> map{};  // offset, length, offset, …
  };
  Sparse sparse;

  uint64_t acl_bytes = 0;  // of the longest access control lists of one header, together
  // What could not be read as it should; empty: nothing. A name may be concerned.
  std::string fault;
};

// Later records count, also those of an earlier call. A damaged record is read as far as it makes
// sense: where its length counts characters as it should count bytes, and up to the end of its line
// otherwise.
void read_pax_records(std::string_view records, PaxFacts& facts);

}  // namespace gophercap::archive
