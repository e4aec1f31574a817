// The headers in front of a member's own one: long names, pax records.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "archive/tar/pax_records.h"
#include "archive/tar/tar_input.h"
#include "base/result.h"

namespace gophercap::archive {

// Not thread-safe.
class ExtendedHeaders {
 public:
  // A header of this kind is one of these.
  static bool is_extended(uint8_t kind) noexcept;

  // Reads what follows a header of such a kind: `size_bytes`, and what fills their last block.
  // Errors: kTruncated, kUnsupported (a list of access that no file system has), the input's own.
  Result<> read(TarInput& in, uint8_t kind, uint64_t size_bytes);

  // For the next member.
  void clear();
  bool any() const noexcept { return any_; }

  // Where a member has them all, those of pax count.
  const std::optional<std::string>& name() const noexcept;
  const std::optional<std::string>& link() const noexcept;
  const PaxFacts& pax() const noexcept { return pax_; }
  const std::string& fault() const noexcept { return pax_.fault; }
  // What a header for all members says that is not followed; empty: nothing. Told once.
  std::string take_notice() { return std::exchange(notice_, {}); }

 private:
  Result<> read_records(TarInput& in, uint8_t kind, uint64_t size_bytes);
  Result<> read_text(TarInput& in, uint64_t size_bytes, std::optional<std::string>& text);

  PaxFacts pax_;
  std::optional<std::string> long_name_;
  std::optional<std::string> long_link_;
  std::string notice_;
  bool any_ = false;
};

}  // namespace gophercap::archive
