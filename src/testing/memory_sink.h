// A ByteSink that writes to memory and fails when it is full, as a disk does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "io/byte_sink.h"

namespace gophercap::testing {

// What a MemorySink has received; outlives the sink.
struct SinkContent {
  std::vector<uint8_t> bytes;
  bool committed = false;
};

class MemorySink final : public io::ByteSink {
 public:
  // `direct`: written bytes are published at once, as with a pipe. The sink takes `most_bytes`, and
  // nothing of a piece that would exceed them.
  explicit MemorySink(SinkContent& content, bool direct = false,
                      size_t most_bytes = std::numeric_limits<size_t>::max())
      : content_(content), direct_(direct), most_bytes_(most_bytes) {}

  Result<> write(std::span<const uint8_t> bytes) override {
    full_ = full_ || bytes.size() > most_bytes_ - content_.bytes.size();
    if (full_) return Error{Errc::kNoSpace, 28, name_ + ": full"};
    content_.bytes.insert(content_.bytes.end(), bytes.begin(), bytes.end());
    return {};
  }
  Result<> commit() override {
    if (full_) return Error{Errc::kNoSpace, 28, name_ + ": full"};
    content_.committed = true;
    return {};
  }
  const std::string& name() const noexcept override { return name_; }
  uint64_t published_bytes() const noexcept override {
    return direct_ || content_.committed ? content_.bytes.size() : 0;
  }

 private:
  const std::string name_ = "memory";
  SinkContent& content_;
  bool direct_;
  size_t most_bytes_;
  bool full_ = false;
};

}  // namespace gophercap::testing
