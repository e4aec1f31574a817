// The common part of all decompressing sources: implements ByteSource on top of a decoder.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/codec/input_block.h"
#include "io/codec/stream_decoder.h"

namespace gophercap::io {

// If the caller's buffer has room for a whole step, the decoder (a StreamDecoder) writes to it
// directly. Otherwise the bytes go through a staging buffer.
template <class Decoder>
class DecodedSource final : public ByteSource {
 public:
  template <class... Args>
  explicit DecodedSource(std::unique_ptr<ByteSource> raw, Args... decoder_args)
      : in_(std::move(raw)), decoder_(decoder_args...) {}

  Result<size_t> read(std::span<uint8_t> out) override {
    if (staged_.empty()) {
      if (out.size() >= kStep) return step(out.first(kStep));
      if (staging_ == nullptr) staging_.reset(new uint8_t[kStep]);
      TRY(const size_t produced, step({staging_.get(), kStep}));
      staged_ = {staging_.get(), produced};
    }
    const size_t count = std::min(staged_.size(), out.size());
    std::copy_n(staged_.data(), count, out.data());
    staged_ = staged_.subspan(count);
    return count;
  }

 private:
  static constexpr size_t kStep = kDecodingStep;

  Result<size_t> step(std::span<uint8_t> out) {
    size_t produced = 0;
    while (produced == 0 && !ended_ && !fault_) {
      Result<Decoding> result = decoder_.decode(in_, out, produced);
      if (!result) {
        fault_ = std::move(result).error();
      } else if (*result == Decoding::kEnd) {
        ended_ = true;
      }
    }
    if (produced == 0 && fault_) return *fault_;
    return produced;
  }

  InputBlock in_;
  Decoder decoder_;
  std::unique_ptr<uint8_t[]> staging_;
  std::span<const uint8_t> staged_;  // part of staging_ that has not been returned yet
  std::optional<Error> fault_;
  bool ended_ = false;
};

}  // namespace gophercap::io
