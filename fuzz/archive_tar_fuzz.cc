// Reads a tar archive of arbitrary bytes in pieces of any size. The pieces must not matter, members
// must have the bytes that they announce, and extracting them must not change anything outside the
// output folder.
#include <dirent.h>
#include <stdlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/extract/extractor.h"
#include "archive/tar/tar_reader.h"
#include "testing/memory_feed.h"

namespace gophercap::archive {
namespace {

void require(bool ok) {
  if (!ok) __builtin_trap();
}

struct Seen {
  std::string text;
  std::optional<Errc> fault;
};

// Everything that the reader returns, independent of the pieces.
Seen read(std::span<const uint8_t> bytes, size_t block) {
  testing::MemoryFeed feed(bytes, block);
  Seen seen;
  auto tar = TarReader::open(feed);
  if (!tar) return {{}, tar.error().code};
  Member member;
  uint64_t data_bytes = 0;
  Result<bool> more = (*tar)->next(member);
  while (more && *more) {
    seen.text += member.path + '\n' + member.link + '\n' + std::to_string(member.size_bytes) + '\n';
    uint64_t sum = 0;
    Piece piece;
    more = (*tar)->read(piece);
    while (more && *more) {
      data_bytes += piece.bytes.size();
      for (size_t i = 0; i < piece.bytes.size(); ++i)
        sum = sum * 31 + piece.bytes[i] + piece.offset + i;
      more = (*tar)->read(piece);
    }
    if (!more) break;
    seen.text += std::to_string(sum) + '\n';
    more = (*tar)->next(member);
  }
  require(data_bytes <= bytes.size());
  require((*tar)->failed() == !more.has_value());
  const TarLosses& losses = (*tar)->losses();
  require(losses.bytes <= bytes.size());
  require(losses.first.size() == std::min<uint64_t>(losses.count, TarLosses::kMostKept));
  for (const TarLosses::Place& place : losses.first)
    seen.text += std::to_string(place.offset) + place.reason + '\n';
  if (!more) {
    require(!more.error().what.empty());
    seen.fault = more.error().code;
  }
  return seen;
}

// Without correct checksums, hardly any input would get beyond its first header.
std::vector<uint8_t> with_checksums(std::span<const uint8_t> input) {
  constexpr size_t kRecord = 512;
  constexpr size_t kSum = 148;
  constexpr std::string_view kMagic = "ustar";
  std::vector<uint8_t> bytes(input.begin(), input.end());
  for (size_t at = 0; at + kRecord <= bytes.size(); at += kRecord) {
    uint8_t* header = bytes.data() + at;
    if (!std::equal(kMagic.begin(), kMagic.end(), header + 257)) continue;
    std::fill_n(header + kSum, 8, uint8_t{' '});
    uint32_t sum = std::accumulate(header, header + kRecord, uint32_t{0});
    for (size_t digit = 6; digit-- > 0; sum /= 8)
      header[kSum + digit] = static_cast<uint8_t>('0' + sum % 8);
    header[kSum + 6] = 0;
  }
  return bytes;
}

// Larger members would be holes, which take no memory but time.
constexpr uint64_t kLargest = uint64_t{1} << 30;

void extract(std::span<const uint8_t> bytes, uint8_t choice) {
  static const std::filesystem::path folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "gophercap-fuzz-XXXXXX").string();
    require(mkdtemp(name.data()) != nullptr);
    return std::filesystem::path(name);
  }();
  const std::filesystem::path out = folder / "out";
  testing::MemoryFeed feed(bytes, 4096);
  auto tar = TarReader::open(feed);
  ExtractOptions options;
  if ((choice & 1) != 0)
    options.compression = (choice & 2) != 0 ? io::Compression::kGzip : io::Compression::kZstd;
  options.level = io::kFastLevel;
  options.flatten = (choice & 4) != 0;
  auto extractor = Extractor::make(out.string(), options, Extractor::Callbacks{}, {});
  require(extractor.has_value());
  Member member;
  Result<bool> more = tar ? (*tar)->next(member) : Result<bool>(false);
  while (more && *more) {
    if (member.size_bytes < kLargest && !(*extractor)->take(**tar, member)) break;
    more = (*tar)->next(member);
  }
  static_cast<void>((*extractor)->finish().has_value());
  // Everything created must be below the folder, complete or absent, and no link may lead outside.
  const auto above = std::filesystem::directory_iterator(folder);
  require(std::distance(begin(above), end(above)) == 1);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           out, std::filesystem::directory_options::skip_permission_denied, ignored)) {
    if (entry.is_symlink(ignored)) {
      const auto target = std::filesystem::weakly_canonical(entry.path(), ignored);
      require(ignored || target.string().starts_with(folder.string()));
    } else if (entry.is_regular_file(ignored)) {
      require(!entry.path().filename().string().ends_with(".part") ||
              std::string(bytes.begin(), bytes.end()).find(".part") != std::string::npos);
    }
  }
  std::filesystem::remove_all(out, ignored);
}

}  // namespace
}  // namespace gophercap::archive

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gophercap::archive;
  if (size < 2) return 0;
  const std::vector<uint8_t> bytes = with_checksums({data + 2, size - 2});
  const Seen whole = read(bytes, size_t{1} << 20);
  const Seen pieces = read(bytes, size_t{data[0]} * 8 + 1);
  require(whole.text == pieces.text);
  require(whole.fault == pieces.fault);
  if ((data[1] & 0x10) == 0) extract(bytes, data[1]);
  return 0;
}
