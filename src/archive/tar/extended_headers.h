// The headers before a member's own header: long names and pax records.
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
  // Returns whether a header of this kind is an extended header.
  static bool is_extended(uint8_t kind) noexcept;

  // Reads the contents of such a header: `size_bytes` and the padding of their last block. Errors:
  // kTruncated, kUnsupported (an access control list that no file system has), those of the input.
  Result<> read(TarInput& in, uint8_t kind, uint64_t size_bytes);

  // Forgets everything, for the next member.
  void clear();
  bool any() const noexcept { return any_; }

  // The name and the link target. If a member has both GNU and pax headers, those of pax are used.
  const std::optional<std::string>& name() const noexcept;
  const std::optional<std::string>& link() const noexcept;
  const PaxFacts& pax() const noexcept { return pax_; }
  const std::string& fault() const noexcept { return pax_.fault; }
  // Returns what a global pax header sets that is not supported, and clears it; empty if there is
  // nothing.
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
