// What all decompressing sources have in common: the ByteSource contract around a decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/input_block.h"

namespace gophercap::io {

enum class Decoding : uint8_t { kMore, kEnd };

// A Decoder has
//   Result<Decoding> decode(InputBlock& in, std::span<uint8_t> out, size_t& produced);
// which takes one step: it sets `produced` (0 at first) to the bytes that it wrote to `out`, also
// where it fails, and says kEnd where the input ends and may end. It is not called again after kEnd
// or an error.
template <class Decoder>
class DecodedSource final : public ByteSource {
 public:
  template <class... Args>
  explicit DecodedSource(std::unique_ptr<ByteSource> raw, Args... decoder_args)
      : in_(std::move(raw)), decoder_(decoder_args...) {}

  Result<size_t> read(std::span<uint8_t> out) override {
    size_t produced = 0;
    while (produced == 0 && !ended_ && !fault_) {
      Result<Decoding> step = decoder_.decode(in_, out, produced);
      if (!step) {
        fault_ = std::move(step).error();
      } else if (*step == Decoding::kEnd) {
        ended_ = true;
      }
    }
    if (produced == 0 && fault_) return *fault_;
    return produced;
  }

 private:
  InputBlock in_;
  Decoder decoder_;
  std::optional<Error> fault_;
  bool ended_ = false;
};

}  // namespace gophercap::io
