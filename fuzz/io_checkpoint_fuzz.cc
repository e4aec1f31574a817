// Decoding from a checkpoint that says anything, and, where the bytes are a gzip file, from each
// that decoding it finds: those have to give its bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "io/gzip_source.h"
#include "io/open.h"
#include "testing/memory_source.h"

namespace {

using gophercap::Result;
using gophercap::io::ByteSource;
using gophercap::io::Checkpoint;
using gophercap::io::CheckpointSink;
using gophercap::testing::MemorySource;
using Bytes = std::vector<uint8_t>;

constexpr size_t kMostPlain = size_t{4} << 20;

struct Decoded {
  Bytes bytes;
  bool whole = false;
};

Decoded read(ByteSource& source) {
  Decoded decoded;
  Bytes buffer(size_t{64} << 10);
  while (decoded.bytes.size() < kMostPlain) {
    const Result<size_t> got = source.read(buffer);
    if (!got) return decoded;
    if (*got == 0) {
      decoded.whole = true;
      return decoded;
    }
    decoded.bytes.insert(decoded.bytes.end(), buffer.begin(),
                         buffer.begin() + static_cast<ptrdiff_t>(*got));
  }
  return decoded;
}

class All final : public CheckpointSink {
 public:
  bool wanted(uint64_t) const noexcept override { return found.size() < kMost; }
  void add(Checkpoint checkpoint) override { found.push_back(std::move(checkpoint)); }
  std::vector<Checkpoint> found;

 private:
  static constexpr size_t kMost = 8;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kFields = 12;
  if (size < kFields) return 0;
  const Bytes stored(data + kFields, data + size);

  const size_t window = gophercap::load_le16(data) % (stored.size() + 1);
  Checkpoint hostile{.plain_offset = 0,
                     .inside_member = true,
                     .used_bits = static_cast<uint8_t>(data[2] & 7),
                     .member_crc = gophercap::load_le32(data + 4),
                     .member_size = gophercap::load_le32(data + 8)};
  hostile.window.assign(stored.begin(), stored.begin() + static_cast<ptrdiff_t>(window));
  auto resumed = gophercap::io::decode_from(
      hostile, gophercap::io::Compression::kGzip,
      std::make_unique<MemorySource>(
          Bytes(stored.begin() + static_cast<ptrdiff_t>(window), stored.end())));
  if (resumed) read(**resumed);

  All places;
  const auto source =
      gophercap::io::make_gzip_source(std::make_unique<MemorySource>(stored), &places);
  const Decoded plain = read(*source);
  if (!plain.whole) return 0;
  for (const Checkpoint& place : places.found) {
    auto tail = gophercap::io::decode_from(
        place, gophercap::io::Compression::kGzip,
        std::make_unique<MemorySource>(
            Bytes(stored.begin() + static_cast<ptrdiff_t>(place.stored_offset), stored.end())));
    if (!tail) std::abort();
    const Decoded rest = read(**tail);
    if (!rest.whole || !std::equal(rest.bytes.begin(), rest.bytes.end(),
                                   plain.bytes.begin() + static_cast<ptrdiff_t>(place.plain_offset),
                                   plain.bytes.end()))
      std::abort();
  }
  return 0;
}
