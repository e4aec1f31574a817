#include "io/codec/foreign_format.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace gophercap::io {
namespace {

using std::string_view_literals::operator""sv;

std::vector<uint8_t> bytes_of(std::string_view text, size_t size = 0) {
  std::vector<uint8_t> bytes(text.begin(), text.end());
  if (bytes.size() < size) bytes.resize(size);
  return bytes;
}

struct Case {
  std::string_view bytes;
  std::string_view name;
};

TEST(ForeignFormat, IsNamed) {
  const Case cases[] = {
      {"LZIP\1"sv, "lzip data"},
      {"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0"sv, "lzma data (.lzma)"},
      {"\x5d\0\0\0\4\x10\0\0\0\0\0\0\0\0"sv, "lzma data (.lzma)"},
      {"\x1f\x9d\x90"sv, "compress data (.Z)"},
      {"PK\3\4\x14\0"sv, "a zip archive"},
      {"7z\xbc\xaf\x27\x1c\0\4"sv, "a 7z archive"},
      {"Rar!\x1a\7\1\0"sv, "a RAR archive"},
      {"\xff\6\0\0sNaPpY\0"sv, "snappy data"},
      {"\x89LZO\0\r\n\x1a\n\x10"sv, "lzop data"},
      {"\x1f\x8b\x08\0"sv, "gzip data"},
      {"btsnoop\0\0\0\0\1"sv, "a btsnoop capture (Bluetooth)"},
      {"RTSS\1\1"sv, "a Microsoft Network Monitor 1 capture"},
      {"GMBU\0\2"sv, "a Microsoft Network Monitor 2 capture"},
      {"TRSNIFF data    \x1a\0"sv, "a Sniffer capture (DOS)"},
      {"XCP\0\x32"sv, "a NetXRay or Windows Sniffer capture"},
      {"\xaa\xaa\xaa\xaa\0\0"sv, "a 5Views capture"},
      {"iptrace 2.0"sv, "an AIX iptrace 2.0 capture"},
      {"\1\x10\x4c\0\1\5Tr"sv, "a Novell LANalyzer capture"},
      {"\0\0\2\0\x12\5\0\x10"sv, "a Tektronix K12xx capture"},
      {"\xd4\xc3\xb2\xa1\2\0"sv, "a pcap capture"},
      {"\n\r\r\n\x1c\0\0\0"sv, "a pcapng capture"},
      {"SQLite format 3\0"sv, "an SQLite database (the index of a tarball, perhaps)"},
      {"{\n  \"gophercap_dump_version\": 1,"sv, "a dump of gophercap map"},
      {"{\"timestamp\":\"2020\"}\n"sv, "JSON"},
      {"<?xml version=\"1.0\"?>"sv, "XML"},
      {"<!DOCTYPE html><html>"sv, "an HTML page"},
      {"version https://git-lfs.github.com/spec/v1\n"sv,
       "a pointer of Git LFS, not the file itself"},
      {"0000  45 00 00 3c\n"sv, "a hex dump"},
      {"0x0000:  4500 003c\n"sv, "a hex dump"},
      {"00000000: d4c3 b2a1  ....\n"sv, "a hex dump"},
      {"12:00:00.0 IP 1.2.3.4 > 5.6.7.8: x\n\t0x0000:  4500 003c\n"sv, "a hex dump"},
      {"0.000000 text of some kind\n"sv, "text"},
  };
  for (const Case& c : cases) {
    const auto found = recognize_foreign(bytes_of(c.bytes));
    ASSERT_TRUE(found) << c.name;
    EXPECT_EQ(found->name, c.name);
  }
}

TEST(ForeignFormat, ATarballIsKnownByTheMagicInsideItsHeader) {
  std::vector<uint8_t> header = bytes_of("dir/a.pcap", 512);
  const std::string_view magic = "ustar";
  std::copy(magic.begin(), magic.end(), header.begin() + 257);
  ASSERT_TRUE(recognize_foreign(header));
  EXPECT_EQ(recognize_foreign(header)->name, "a tarball");
}

TEST(ForeignFormat, RefusalsSayWhatToDo) {
  EXPECT_EQ(refusal_of(bytes_of("PK\3\4"), "a capture file"),
            "not a capture file but a zip archive: extract it first (unzip)");
  EXPECT_EQ(refusal_of(bytes_of("\1\2\3\x99\0"sv), "a capture file"),
            "not a capture file: it begins with 01 02 03 99");
}

// Random bytes of any length are recognized only by chance.
TEST(ForeignFormat, NoiseHasNoName) {
  std::mt19937 random(1);
  size_t named = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<uint8_t> bytes(random() % 520);
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
    named += bytes.size() > 32 && recognize_foreign(bytes).has_value();
  }
  EXPECT_LT(named, 10u);
  EXPECT_FALSE(recognize_foreign({}));
  EXPECT_FALSE(recognize_foreign(std::vector<uint8_t>(512)));
}

}  // namespace
}  // namespace gophercap::io
