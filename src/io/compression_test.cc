#include "io/compression.h"

#include <gtest/gtest.h>

namespace gophercap::io {
namespace {

TEST(Compression, NamesSayItByTheirEndingInAnyCase) {
  EXPECT_EQ(compression_of_name("x.pcap.gz"), Compression::kGzip);
  EXPECT_EQ(compression_of_name("X.PCAP.GZ"), Compression::kGzip);
  EXPECT_EQ(compression_of_name("/d.xz/x.bgz"), Compression::kGzip);
  EXPECT_EQ(compression_of_name("x.pcapng.Zst"), Compression::kZstd);
  EXPECT_EQ(compression_of_name("x.lz4"), Compression::kLz4);
  EXPECT_EQ(compression_of_name("x.xz"), Compression::kXz);
  EXPECT_EQ(compression_of_name("x.bz2"), Compression::kBzip2);
  for (const char* plain : {"", "-", "gz", "x.pcap", "x.gz.pcap", "x.gz/y", "xgz", "x.gzip"})
    EXPECT_EQ(compression_of_name(plain), Compression::kNone) << plain;
  EXPECT_EQ(compression_ending("x.pcap.GZ"), ".GZ");
  EXPECT_EQ(compression_ending("x.pcap"), "");
}

TEST(Compression, EachHasItsUsualEnding) {
  EXPECT_EQ(suffix_of(Compression::kNone), "");
  EXPECT_EQ(suffix_of(Compression::kGzip), ".gz");
  for (const Compression compression : {Compression::kGzip, Compression::kZstd, Compression::kLz4,
                                        Compression::kXz, Compression::kBzip2})
    EXPECT_EQ(compression_of_name(suffix_of(compression)), compression);
}

}  // namespace
}  // namespace gophercap::io
