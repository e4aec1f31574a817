#include "archive/tar/sparse_map.h"

#include <optional>

#include "archive/tar/tar_header.h"

namespace gophercap::archive {
namespace {

Error ends_in_map() {
  return {Errc::kTruncated, 0, "tar archive: ends in the map of a sparse file"};
}

bool add_run(uint64_t offset, uint64_t size, SparseMap& map) {
  if (offset > INT64_MAX || size > INT64_MAX - offset) return false;
  if (size == 0) return true;
  if (map.runs.size() == kMostRuns || map.stored_bytes > INT64_MAX - size) return false;
  map.runs.push_back({offset, size});
  map.stored_bytes += size;
  return true;
}

// Reads decimal numbers, one per line, from blocks.
class Lines {
 public:
  Lines(TarInput& in, uint64_t most) : in_(in), left_(most) {}

  // Returns nothing if there is no number.
  Result<std::optional<uint64_t>> next() {
    uint64_t value = 0;
    for (size_t digits = 0;; ++digits) {
      if (at_ == block_.size()) {
        TRY(const bool more, fill());
        if (!more) return std::optional<uint64_t>();
      }
      const uint8_t byte = block_[at_++];
      if (byte == '\n' && digits > 0) return std::optional(value);
      constexpr size_t kMostDigits = 19;
      if (byte < '0' || byte > '9' || digits == kMostDigits) return std::optional<uint64_t>();
      value = value * 10 + (byte - '0');
    }
  }

  uint64_t consumed() const noexcept { return consumed_; }

 private:
  Result<bool> fill() {
    if (left_ < kTarHeaderBytes) return false;
    block_.clear();
    at_ = 0;
    TRY(const bool whole, in_.append(kTarHeaderBytes, block_));
    if (!whole) return ends_in_map();
    left_ -= kTarHeaderBytes;
    consumed_ += kTarHeaderBytes;
    return true;
  }

  TarInput& in_;
  uint64_t left_;
  uint64_t consumed_ = 0;
  std::vector<uint8_t> block_;
  size_t at_ = 0;
};

Result<bool> read_lines(Lines& lines, SparseMap& map) {
  TRY(const std::optional<uint64_t> count, lines.next());
  if (!count || *count > kMostRuns) return false;
  for (uint64_t i = 0; i < *count; ++i) {
    TRY(const std::optional<uint64_t> offset, lines.next());
    if (!offset) return false;
    TRY(const std::optional<uint64_t> size, lines.next());
    if (!size || !add_run(*offset, *size, map)) return false;
  }
  return true;
}

// Adds `count` pairs of offset and length, 12 bytes each. Returns false if one of them is invalid.
// Sets `ended` if there are no more.
bool add_old_runs(std::span<const uint8_t> pairs, size_t count, SparseMap& map, bool& ended) {
  constexpr size_t kNumber = 12;
  for (size_t i = 0; i < count && !ended; ++i) {
    const std::span<const uint8_t> pair = pairs.subspan(i * 2 * kNumber, 2 * kNumber);
    ended = pair[kNumber] == 0;
    if (ended) break;
    const std::optional<uint64_t> offset = tar_number(pair.first(kNumber));
    const std::optional<uint64_t> size = tar_number(pair.subspan(kNumber));
    if (!offset || !size || !add_run(*offset, *size, map)) return false;
  }
  return true;
}

}  // namespace

// The header has four runs, each following block 21.
Result<bool> read_old_map(TarInput& in, std::span<const uint8_t> header, SparseMap& map) {
  constexpr HeaderField kPairs{386, 96};
  constexpr HeaderField kRealSize{483, 12};
  constexpr size_t kMoreInHeader = 482;
  constexpr size_t kMoreInBlock = 504;
  constexpr uint64_t kMostBlocks = (uint64_t{16} << 20) / kTarHeaderBytes;
  bool ended = false;
  bool good = add_old_runs(in_header(header, kPairs), 4, map, ended);
  bool more = header[kMoreInHeader] != 0;
  for (uint64_t blocks = 0; good && more && !ended; ++blocks) {
    if (blocks == kMostBlocks)
      return Error{Errc::kUnsupported, 0, "the description of a member takes more than 16 MiB"};
    TRY(const std::span<const uint8_t> block, in.peek(kTarHeaderBytes));
    if (block.size() < kTarHeaderBytes) return ends_in_map();
    good = add_old_runs(block, 21, map, ended);
    if (!good) break;  // an invalid block does not tell whether there are more
    more = block[kMoreInBlock] != 0;
    in.advance(kTarHeaderBytes);
  }
  const std::optional<uint64_t> real = tar_number(in_header(header, kRealSize));
  map.real_size_bytes = real.value_or(0);
  return good && real.has_value();
}

bool add_runs(std::span<const uint64_t> numbers, SparseMap& map) {
  if (numbers.size() % 2 != 0) return false;
  for (; !numbers.empty(); numbers = numbers.subspan(2)) {
    if (!add_run(numbers[0], numbers[1], map)) return false;
  }
  return true;
}

Result<bool> read_map_in_front(TarInput& in, uint64_t body_bytes, SparseMap& map,
                               uint64_t& map_bytes) {
  Lines lines(in, body_bytes);
  Result<bool> read = read_lines(lines, map);
  map_bytes = lines.consumed();
  return read;
}

}  // namespace gophercap::archive
