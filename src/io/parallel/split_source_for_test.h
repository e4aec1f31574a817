// Sources that are decoded in parallel, and compressed files that are made for them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "io/codec/xz_source.h"
#include "io/open.h"
#include "io/parallel/gzip_splitter.h"
#include "io/parallel/lz4_splitter.h"
#include "io/parallel/split_source.h"
#include "io/parallel/zstd_splitter.h"
#include "testing/compress.h"
#include "testing/sample_bytes.h"

namespace gophercap::io::split_test {

using Bytes = std::vector<uint8_t>;
using testing::operator+;

inline std::unique_ptr<ByteSource> make_parallel(Compression format,
                                                 std::unique_ptr<ByteSource> raw, DecodePool& pool,
                                                 const SplitLimits& limits,
                                                 CheckpointSink* places = nullptr) {
  const auto split = [&](std::unique_ptr<Splitter> splitter) {
    return std::make_unique<SplitSource>(std::move(raw), std::move(splitter), pool, places);
  };
  switch (format) {
    case Compression::kGzip:
      return split(make_gzip_splitter(limits));
    case Compression::kZstd:
      return split(make_zstd_splitter(limits));
    case Compression::kLz4:
      return split(make_lz4_splitter(limits));
    default:
      return make_xz_source(std::move(raw), &pool);
  }
}

inline Bytes skippable(size_t size) {
  return Bytes{0x53, 0x2a, 0x4d, 0x18, static_cast<uint8_t>(size), 0, 0, 0} + Bytes(size, 's');
}

// As pzstd has it: each frame behind a skippable one.
inline Bytes pzstd(const Bytes& plain, size_t piece) {
  Bytes all;
  for (size_t at = 0; at < plain.size(); at += piece) {
    const size_t count = std::min(piece, plain.size() - at);
    const auto begin = plain.begin() + static_cast<ptrdiff_t>(at);
    all =
        std::move(all) + skippable(4) +
        testing::compress(Compression::kZstd, Bytes(begin, begin + static_cast<ptrdiff_t>(count)));
  }
  return all;
}

// Frames of one kind behind each other, each of several blocks.
inline Bytes lz4_frames(const Bytes& plain, size_t piece, const testing::Lz4Frame& options) {
  const size_t frame = piece * 5;
  Bytes all;
  for (size_t at = 0; at < plain.size(); at += frame) {
    const size_t count = std::min(frame, plain.size() - at);
    all = std::move(all) + testing::lz4_frame(std::span(plain).subspan(at, count), piece, options);
  }
  return all;
}

}  // namespace gophercap::io::split_test
