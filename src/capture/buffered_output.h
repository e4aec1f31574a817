// Buffers the writes to a ByteSink, so that writing a packet is a copy and not a system call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/byte_sink.h"

namespace gophercap::capture {

// Not thread-safe. After the first failure, every later call that reaches the sink returns the same
// error, so a file with a hole is never completed.
class BufferedOutput {
 public:
  static constexpr size_t kBlockBytes = size_t{256} << 10;

  explicit BufferedOutput(std::unique_ptr<io::ByteSink> sink);

  Result<> append(std::span<const uint8_t> bytes);
  Result<> commit();
  const std::string& name() const noexcept { return sink_->name(); }
  uint64_t written_bytes() const noexcept { return passed_on_ + block_.size(); }
  uint64_t published_bytes() const noexcept { return sink_->published_bytes(); }

 private:
  Result<> flush();
  Result<> write_out(std::span<const uint8_t> bytes);

  std::unique_ptr<io::ByteSink> sink_;
  std::vector<uint8_t> block_;
  uint64_t passed_on_ = 0;  // passed to the sink
  std::optional<Error> failure_;
};

}  // namespace gophercap::capture
