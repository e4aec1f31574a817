// Decodes from arbitrary checkpoints. If the input is a gzip file, also from each checkpoint found
// while decoding it; these must give the same bytes.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "decode_fuzz.h"
#include "io/codec/gzip_source.h"
#include "io/open.h"

namespace {

using gophercap::Result;
using gophercap::fuzz::Decoded;
using gophercap::fuzz::PiecewiseSource;
using gophercap::fuzz::read_all;
using gophercap::fuzz::require;
using gophercap::io::ByteSource;
using gophercap::io::Checkpoint;
using gophercap::io::Compression;

constexpr size_t kPiece = 1000;
constexpr size_t kRoom = size_t{128} << 10;

class All final : public gophercap::io::CheckpointSink {
 public:
  bool wanted(uint64_t) const noexcept override { return found.size() < kMost; }
  void add(Checkpoint checkpoint) override { found.push_back(std::move(checkpoint)); }
  std::vector<Checkpoint> found;

 private:
  static constexpr size_t kMost = 8;
};

Decoded read_from(const Checkpoint& checkpoint, std::span<const uint8_t> stored) {
  Result<std::unique_ptr<ByteSource>> source = gophercap::io::decode_from(
      checkpoint, Compression::kGzip, std::make_unique<PiecewiseSource>(stored, kPiece));
  require(source.has_value());
  return read_all(**source, kRoom, 0xa5);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kFields = 12;
  if (size < kFields) return 0;
  const std::span<const uint8_t> stored(data + kFields, size - kFields);
  const size_t window = std::min<size_t>(gophercap::load_le16(data),
                                         std::min(stored.size(), Checkpoint::kMostWindow));
  Checkpoint hostile{.inside_member = true,
                     .used_bits = static_cast<uint8_t>(data[2] & 7),
                     .member_crc = gophercap::load_le32(data + 4),
                     .member_size = gophercap::load_le32(data + 8)};
  hostile.window.assign(stored.begin(), stored.begin() + static_cast<ptrdiff_t>(window));
  read_from(hostile, stored.subspan(window));

  All places;
  const auto source =
      gophercap::io::make_gzip_source(std::make_unique<PiecewiseSource>(stored, kPiece), &places);
  const Decoded plain = read_all(*source, kRoom, 0);
  constexpr size_t kCap = size_t{4} << 20;
  if (plain.fault || plain.bytes.size() == kCap) return 0;
  for (const Checkpoint& place : places.found) {
    require(place.stored_offset <= stored.size() && place.plain_offset <= plain.bytes.size());
    const Decoded rest = read_from(place, stored.subspan(place.stored_offset));
    require(!rest.fault &&
            std::equal(rest.bytes.begin(), rest.bytes.end(),
                       plain.bytes.begin() + static_cast<ptrdiff_t>(place.plain_offset),
                       plain.bytes.end()));
  }
  return 0;
}
