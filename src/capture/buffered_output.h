// A block of bytes in front of an AtomicFile, so that writing a packet is a copy and not a system
// call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file/atomic_file.h"

namespace gophercap::capture {

// Not thread-safe. The first failure sticks: every later call returns it, so that a file with a
// hole is never committed.
class BufferedOutput {
 public:
  static constexpr size_t kBlockBytes = size_t{256} << 10;

  explicit BufferedOutput(io::AtomicFile file);

  Result<> append(std::span<const uint8_t> bytes);
  Result<> flush();
  Result<> commit();
  const std::string& path() const noexcept { return file_.path(); }
  uint64_t published_bytes() const noexcept { return published_bytes_; }  // see PcapWriter

 private:
  Result<> write_out(std::span<const uint8_t> bytes);

  io::AtomicFile file_;
  std::vector<uint8_t> block_;
  std::optional<Error> failure_;
  uint64_t published_bytes_ = 0;
};

}  // namespace gophercap::capture
