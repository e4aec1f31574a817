// Common code of the fuzz targets for codecs: decodes an input through a source and checks the
// contract of the source. A violation traps.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "io/byte_source.h"

namespace gophercap::fuzz {

inline void require(bool ok) {
  if (!ok) __builtin_trap();
}

class PiecewiseSource final : public io::ByteSource {
 public:
  PiecewiseSource(std::span<const uint8_t> bytes, size_t piece) : bytes_(bytes), piece_(piece) {}

  Result<size_t> read(std::span<uint8_t> out) override {
    require(!out.empty());
    const size_t count = std::min({out.size(), piece_, bytes_.size()});
    std::copy_n(bytes_.data(), count, out.data());
    bytes_ = bytes_.subspan(count);
    return count;
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t piece_;
};

// A buffer that ends at an inaccessible page. The codecs are not instrumented, so a sanitizer would
// not detect writes beyond the end.
class GuardedBuffer {
 public:
  static constexpr size_t kSize = size_t{1} << 20;

  GuardedBuffer() {
    constexpr size_t kPage = 4096;
    void* map =
        ::mmap(nullptr, kSize + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(map != MAP_FAILED);
    bytes_ = static_cast<uint8_t*>(map);
    require(::mprotect(bytes_ + kSize, kPage, PROT_NONE) == 0);
  }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  std::span<uint8_t> last(size_t size) { return {bytes_ + kSize - size, size}; }

 private:
  uint8_t* bytes_ = nullptr;  // never freed
};

struct Decoded {
  std::vector<uint8_t> bytes;
  std::optional<Errc> fault;
};

// `filling` is the content of the buffer before each read. A decoder that uses uninitialized output
// is detected by it.
inline Decoded read_all(io::ByteSource& source, size_t out_size, uint8_t filling) {
  constexpr size_t kCap = size_t{4} << 20;
  static GuardedBuffer buffer;
  const std::span<uint8_t> out = buffer.last(out_size);
  Decoded all;
  while (all.bytes.size() < kCap) {
    std::fill(out.begin(), out.end(), filling);
    const Result<size_t> count = source.read(out);
    if (count && *count > 0) {
      require(*count <= out.size());
      all.bytes.insert(all.bytes.end(), out.begin(), out.begin() + static_cast<ptrdiff_t>(*count));
      continue;
    }
    if (!count) all.fault = count.error().code;
    for (int i = 0; i < 2; ++i) {
      const Result<size_t> again = source.read(out);
      require(again.has_value() == count.has_value());
      require(again ? *again == 0 : again.error().code == count.error().code);
    }
    break;
  }
  all.bytes.resize(std::min(all.bytes.size(), kCap));
  return all;
}

// Arbitrary bytes may cause errors, but the bytes and the error must be the same for reads in
// pieces of any size. The first two bytes of the input choose the pieces.
template <class MakeSource>
int decode_in_pieces(const uint8_t* data, size_t size, MakeSource make_source) {
  if (size < 2) return 0;
  const size_t piece = size_t{1} << (data[0] % 18);
  const size_t out_size = data[1] < 128 ? size_t{data[1]} * 16 + 200 : size_t{data[1]} << 12;
  const std::span<const uint8_t> input(data + 2, size - 2);
  const auto source = make_source(std::make_unique<PiecewiseSource>(input, input.size()));
  const Decoded whole = read_all(*source, size_t{128} << 10, 0x00);
  const auto piecewise = make_source(std::make_unique<PiecewiseSource>(input, piece));
  const Decoded pieces = read_all(*piecewise, std::min(out_size, GuardedBuffer::kSize), 0xa5);
  require(whole.bytes == pieces.bytes);
  require(whole.fault == pieces.fault);
  require(whole.fault != Errc::kInternal && whole.fault != Errc::kIo);
  return 0;
}

}  // namespace gophercap::fuzz
