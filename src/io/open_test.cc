#include "io/open.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/file/fd_cache.h"
#include "testing/compress.h"
#include "testing/failing_source.h"
#include "testing/memory_source.h"
#include "testing/read_all.h"
#include "testing/sample_bytes.h"
#include "testing/temp_dir.h"

namespace gophercap::io {
namespace {

using testing::operator+;
using testing::compress;
using testing::FailingSource;
using testing::MemorySource;
using testing::read_all;
using testing::TempDir;
using Bytes = std::vector<uint8_t>;

constexpr std::array kFormats = {Compression::kNone, Compression::kGzip, Compression::kZstd,
                                 Compression::kLz4,  Compression::kXz,   Compression::kBzip2};

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

Bytes skippable(size_t size) {
  Bytes frame = {0x5a,
                 0x2a,
                 0x4d,
                 0x18,
                 static_cast<uint8_t>(size & 0xff),
                 static_cast<uint8_t>(size >> 8 & 0xff),
                 0,
                 0};
  return frame + Bytes(size, 's');
}

TEST(OpenInput, ChoosesTheCodecByContent) {
  const TempDir dir;
  FdCache cache(2);
  const Bytes plain = bytes_of("The name of a file says nothing about what is in it.");
  for (const Compression format : kFormats) {
    const std::string path = dir.write("input.txt", compress(format, plain));
    for (FdCache* fds : {static_cast<FdCache*>(nullptr), &cache}) {
      Result<Input> input = open_input(path, {.fds = fds});
      ASSERT_TRUE(input) << input.error().what;
      EXPECT_EQ(input->compression, format);
      EXPECT_TRUE(input->facts.regular);
      EXPECT_TRUE(read_all(*input->source, 10).bytes == plain) << word_of(format);
    }
  }
}

TEST(OpenInput, ReadsShortFilesAsTheyAre) {
  const TempDir dir;
  for (const std::string_view text : {"", "a", "\x1f", "BZ", "\xd4\xc3\xb2\xa1"}) {
    Result<Input> input = open_input(dir.write("short", bytes_of(text)));
    ASSERT_TRUE(input);
    EXPECT_EQ(input->compression, Compression::kNone);
    EXPECT_TRUE(read_all(*input->source).bytes == bytes_of(text));
  }
}

TEST(OpenInput, NamesWhatCannotBeOpened) {
  const Result<Input> input = open_input("/no/such/file");
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().code, Errc::kNotFound);
  EXPECT_EQ(input.error().what, "/no/such/file: No such file or directory");
}

TEST(ProbeCompression, AsksForTheWholeMagic) {
  EXPECT_EQ(probe_compression(bytes_of("BZh9 is how a text may begin")), Compression::kNone);
  EXPECT_EQ(probe_compression(bytes_of("BZh9\x31\x41")), Compression::kBzip2);
  EXPECT_EQ(probe_compression(bytes_of("BZh9\x17\x72")), Compression::kBzip2);
  EXPECT_EQ(probe_compression(bytes_of("\xfd"
                                       "7zXY")),
            Compression::kNone);
  EXPECT_EQ(probe_compression({}), Compression::kNone);
}

TEST(ProbeCompression, SkippableFramesBelongToWhatFollows) {
  const Bytes zstd = compress(Compression::kZstd, bytes_of("x"));
  const Bytes lz4 = compress(Compression::kLz4, bytes_of("x"));
  EXPECT_EQ(probe_compression(skippable(10) + zstd), Compression::kZstd);
  EXPECT_EQ(probe_compression(skippable(10) + skippable(0) + lz4), Compression::kLz4);
  EXPECT_EQ(probe_compression(skippable(10)), Compression::kZstd);
}

TEST(Decode, PassesSkippableFramesOver) {
  const Bytes plain = bytes_of("behind");
  for (const Compression format : {Compression::kZstd, Compression::kLz4}) {
    const Bytes frame = compress(format, plain);
    const Bytes file =
        skippable(100) + frame + skippable(0) + skippable(2000) + frame + skippable(5);
    for (const size_t chunk : {size_t{1}, size_t{100'000}}) {
      Result<Input> input = decode(std::make_unique<MemorySource>(file, chunk));
      ASSERT_TRUE(input);
      EXPECT_EQ(input->compression, format);
      const testing::ReadAll all = read_all(*input->source);
      EXPECT_FALSE(all.fault) << all.fault->what;
      EXPECT_TRUE(all.bytes == plain + plain);
    }
    const Bytes cut(file.begin(), file.end() - 2);
    Result<Input> input = decode(std::make_unique<MemorySource>(cut));
    ASSERT_TRUE(input);
    const testing::ReadAll all = read_all(*input->source);
    EXPECT_TRUE(all.bytes == plain + plain);
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->code, Errc::kTruncated);
  }
}

TEST(Decode, ReadsTheLegacyFormatOfLz4) {
  // Two blocks of literals, then a frame of the current format.
  const Bytes legacy = {0x02, 0x21, 0x4c, 0x18, 4, 0, 0,    0,   0x30, 'a',
                        'b',  'c',  3,    0,    0, 0, 0x20, 'd', 'e'};
  const Bytes file = legacy + compress(Compression::kLz4, bytes_of("fgh"));
  Result<Input> input = decode(std::make_unique<MemorySource>(file, 3));
  ASSERT_TRUE(input);
  EXPECT_EQ(input->compression, Compression::kLz4);
  const testing::ReadAll all = read_all(*input->source, 2);
  EXPECT_FALSE(all.fault) << all.fault->what;
  EXPECT_TRUE(all.bytes == bytes_of("abcdefgh"));
  for (size_t size = 5; size < legacy.size(); ++size) {
    if (size == 12) continue;  // between two blocks, where nothing shows that more belongs to it
    const Bytes cut(legacy.begin(), legacy.begin() + static_cast<ptrdiff_t>(size));
    Result<Input> part = decode(std::make_unique<MemorySource>(cut));
    ASSERT_TRUE(part);
    const testing::ReadAll rest = read_all(*part->source);
    ASSERT_TRUE(rest.fault) << size;
    EXPECT_EQ(rest.fault->code, Errc::kTruncated) << size;
  }
}

TEST(Decode, DoesNotFollowNestedCompression) {
  const Bytes inner = compress(Compression::kGzip, bytes_of("twice"));
  Result<Input> input = decode(std::make_unique<MemorySource>(compress(Compression::kGzip, inner)));
  ASSERT_TRUE(input);
  EXPECT_TRUE(read_all(*input->source).bytes == inner);
}

TEST(Decode, FaultOfTheFirstReadIsTheError) {
  const Error fault{Errc::kIo, 5, "disk: Input/output error"};
  const Result<Input> input = decode(std::make_unique<FailingSource>(Bytes{}, 0, fault));
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().what, fault.what);
}

TEST(Decode, FaultBehindAFewBytesComesAfterThem) {
  const Error fault{Errc::kIo, 5, "disk: Input/output error"};
  Result<Input> input = decode(std::make_unique<FailingSource>(bytes_of("abc"), 3, fault));
  ASSERT_TRUE(input);
  const testing::ReadAll all = read_all(*input->source);
  EXPECT_TRUE(all.bytes == bytes_of("abc"));
  ASSERT_TRUE(all.fault);
  EXPECT_EQ(all.fault->what, fault.what);
}

TEST(ToString, GivesTheWordsOfTheDump) {
  std::string words;
  for (const Compression format : kFormats) words += std::string(word_of(format)) + ' ';
  EXPECT_EQ(words, "none gzip zstd lz4 xz bzip2 ");
}

}  // namespace
}  // namespace gophercap::io
