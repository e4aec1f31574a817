// Helpers must not change the result for any input: neither the bytes nor the fault.
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "decode_fuzz.h"
#include "io/codec/gzip_source.h"
#include "io/codec/lz4_source.h"
#include "io/codec/xz_source.h"
#include "io/codec/zstd_source.h"
#include "io/open.h"
#include "io/parallel/gzip_splitter.h"
#include "io/parallel/lz4_splitter.h"
#include "io/parallel/split_source.h"
#include "io/parallel/zstd_splitter.h"

namespace {

using gophercap::fuzz::PiecewiseSource;
using gophercap::io::ByteSource;
using gophercap::io::Compression;
using gophercap::io::DecodePool;

// With these limits, small inputs are cut like large ones.
constexpr gophercap::io::SplitLimits kLimits{200, 400, 20'000, 500'000};
constexpr int kWindowLog = 20;  // a large window would look like a leak to the fuzzer

std::unique_ptr<ByteSource> make_sequential(Compression format, std::unique_ptr<ByteSource> raw) {
  if (format == Compression::kGzip) return gophercap::io::make_gzip_source(std::move(raw));
  if (format == Compression::kZstd) {
    return gophercap::io::make_zstd_source(std::move(raw), kWindowLog);
  }
  if (format == Compression::kLz4) return gophercap::io::make_lz4_source(std::move(raw));
  if (format == Compression::kXz) return gophercap::io::make_xz_source(std::move(raw));
  return nullptr;
}

std::unique_ptr<ByteSource> make_parallel(Compression format, std::unique_ptr<ByteSource> raw,
                                          DecodePool& pool) {
  std::unique_ptr<gophercap::io::Splitter> splitter;
  if (format == Compression::kGzip) splitter = gophercap::io::make_gzip_splitter(kLimits);
  if (format == Compression::kZstd) {
    splitter = gophercap::io::make_zstd_splitter(kLimits, kWindowLog);
  }
  if (format == Compression::kLz4) splitter = gophercap::io::make_lz4_splitter(kLimits);
  if (splitter == nullptr) return gophercap::io::make_xz_source(std::move(raw), &pool);
  return std::make_unique<gophercap::io::SplitSource>(std::move(raw), std::move(splitter), pool);
}

}  // namespace

// The first two bytes choose the pieces in which the source with helpers reads and is read.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using gophercap::fuzz::Decoded;
  using gophercap::fuzz::read_all;
  using gophercap::fuzz::require;
  if (size < 2) return 0;
  static DecodePool two(2);
  const size_t piece = size_t{1} << (data[0] % 18);
  const size_t out_size = size_t{data[1]} * 600 + 1'000;
  const std::span<const uint8_t> input(data + 2, size - 2);
  const Compression format = gophercap::io::probe_compression(input);
  const auto one = make_sequential(format, std::make_unique<PiecewiseSource>(input, input.size()));
  if (one == nullptr) return 0;
  const Decoded alone = read_all(*one, size_t{128} << 10, 0x00);
  const auto many = make_parallel(format, std::make_unique<PiecewiseSource>(input, piece), two);
  const Decoded helped = read_all(*many, out_size, 0xa5);
  require(alone.bytes == helped.bytes);
  require(alone.fault == helped.fault);
  return 0;
}
