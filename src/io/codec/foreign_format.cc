#include "io/codec/foreign_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/bytes.h"

namespace gophercap::io {
namespace {

using std::string_view_literals::operator""sv;

struct Row {
  std::string_view magic;
  ForeignFormat format;
  size_t offset = 0;
};

constexpr std::string_view kExtract = "extract it first";
constexpr std::string_view kConvert = "Wireshark may read it: editcap FILE NEW.pcapng";
constexpr std::string_view kTwice = "it is compressed twice: decompress it once";

constexpr ForeignFormat archive(std::string_view name, std::string_view cure = kExtract) {
  return {name, cure, Foreign::kArchive};
}
constexpr ForeignFormat packed(std::string_view name, std::string_view cure) {
  return {name, cure, Foreign::kCompressed};
}
constexpr ForeignFormat captured(std::string_view name, std::string_view cure = kConvert) {
  return {name, cure, Foreign::kCapture};
}
constexpr ForeignFormat ours(std::string_view name) {
  return {name, {}, Foreign::kOurCapture};
}
constexpr ForeignFormat other(std::string_view name, std::string_view cure = {}) {
  return {name, cure, Foreign::kOther};
}

constexpr ForeignFormat kTar = {"a tarball",
                                "a tarball inside another file, or with the name of a capture, is "
                                "not looked into: extract or rename it",
                                Foreign::kTarball};
constexpr ForeignFormat kPcapVariant = captured("a variant of pcap that is not read");

constexpr Row kRows[] = {
    // Unsupported compression.
    {"LZIP"sv, packed("lzip data", "decompress it first (lzip -d)")},
    {"\x1f\x9d"sv, packed("compress data (.Z)", "decompress it first (gzip -d)")},
    {"\x1f\xa0"sv, packed("LZH data (.z)", "decompress it first (gzip -d)")},
    {"\x1f\x1e"sv, packed("pack data (.z)", "decompress it first (gzip -d)")},
    {"\xff\x06\0\0sNaPpY"sv, packed("snappy data", "decompress it first")},
    {"\x89LZO\0\r\n\x1a\n"sv, packed("lzop data", "decompress it first (lzop -d)")},
    {"LRZI"sv, packed("lrzip data", "decompress it first (lrzip -d)")},
    {"bvx2"sv, packed("LZFSE data", "decompress it first")},
    {"bvx-"sv, packed("LZFSE data", "decompress it first")},
    {"\x37\xa4\x30\xec"sv, other("a zstd dictionary")},
    // Supported compression: one layer has been removed already.
    {"\x1f\x8b\x08"sv, packed("gzip data", kTwice)},
    {"\x28\xb5\x2f\xfd"sv, packed("zstd data", kTwice)},
    {"\x04\x22\x4d\x18"sv, packed("lz4 data", kTwice)},
    {"\x02\x21\x4c\x18"sv, packed("lz4 data", kTwice)},
    {"\xfd\x37zXZ\0"sv, packed("xz data", kTwice)},
    {"BZh"sv, packed("bzip2 data", kTwice)},
    // Archives.
    {"PK\3\4"sv, archive("a zip archive", "extract it first (unzip)")},
    {"PK\5\6"sv, archive("an empty zip archive")},
    {"PK\7\10"sv, archive("a part of a zip archive")},
    {"7z\xbc\xaf\x27\x1c"sv, archive("a 7z archive", "extract it first (7z x)")},
    {"Rar!\x1a\7"sv, archive("a RAR archive", "extract it first (unrar x)")},
    {"MSCF\0\0\0\0"sv, archive("a cabinet archive")},
    {"xar!"sv, archive("a xar archive")},
    {"!<arch>\n"sv, archive("an ar archive or Debian package", "extract it first (ar x)")},
    {"\xed\xab\xee\xdb"sv, archive("an RPM package", "extract it first (rpm2cpio)")},
    {"070701"sv, archive("a cpio archive", "extract it first (cpio -i)")},
    {"070702"sv, archive("a cpio archive", "extract it first (cpio -i)")},
    {"070707"sv, archive("a cpio archive", "extract it first (cpio -i)")},
    {"\xc7\x71"sv, archive("a cpio archive", "extract it first (cpio -i)")},
    {"hsqs"sv, archive("a squashfs image", "extract it first (unsquashfs)")},
    {"ustar"sv, kTar, 257},
    // Unsupported captures.
    {"btsnoop\0"sv, captured("a btsnoop capture (Bluetooth)")},
    {"RTSS"sv, captured("a Microsoft Network Monitor 1 capture")},
    {"GMBU"sv, captured("a Microsoft Network Monitor 2 capture")},
    {"TRSNIFF data    \x1a"sv, captured("a Sniffer capture (DOS)")},
    {"XCP\0"sv, captured("a NetXRay or Windows Sniffer capture")},
    {"VL\0\0"sv, captured("a NetXRay 1 capture")},
    {"\xaa\xaa\xaa\xaa"sv, captured("a 5Views capture")},
    {"iptrace 1.0"sv, captured("an AIX iptrace 1.0 capture")},
    {"iptrace 2.0"sv, captured("an AIX iptrace 2.0 capture")},
    {"\0\0\2\0\x12\5\0\x10"sv, captured("a Tektronix K12xx capture")},
    {"+---------+---------------+----------+"sv, captured("a Tektronix K12 text capture")},
    {"ObserverPktBufferVersion="sv, captured("a Network Instruments Observer capture")},
    {"\5VNF"sv, captured("a Visual Networks capture")},
    {"\x7fver"sv, captured("a WildPackets OmniPeek capture")},
    {"TR\0d\0"sv, captured("an HP-UX nettl capture")},
    {"cpse"sv, captured("a Colasoft Capsa capture")},
    {"EyeSDN"sv, captured("an EyeSDN capture")},
    {"MPCSII"sv, captured("a Micropross mplog capture")},
    {"\xa1\xe2\xcb\x12"sv, kPcapVariant},  // netsniff-ng
    {"\x12\xcb\xe2\xa1"sv, kPcapVariant},
    {"\xa1\x2b\x3c\x4d"sv, kPcapVariant},  // NAVTEL
    {"\x4d\x3c\x2b\xa1"sv, kPcapVariant},
    {"\xa1\xb2\x34\xcd"sv, kPcapVariant},  // FMESQUITA
    {"\xcd\x34\xb2\xa1"sv, kPcapVariant},
    // Supported captures, in places where something else is expected.
    {"\xa1\xb2\xc3\xd4"sv, ours("a pcap capture")},
    {"\xd4\xc3\xb2\xa1"sv, ours("a pcap capture")},
    {"\xa1\xb2\x3c\x4d"sv, ours("a pcap capture")},
    {"\x4d\x3c\xb2\xa1"sv, ours("a pcap capture")},
    {"\xa1\xb2\xcd\x34"sv, ours("a pcap capture")},
    {"\x34\xcd\xb2\xa1"sv, ours("a pcap capture")},
    {"\x1c\0\1\xac"sv, ours("a pcap capture")},
    {"\xac\1\0\x1c"sv, ours("a pcap capture")},
    {"\x1c\0\1\xab"sv, ours("a pcap capture")},
    {"\xab\1\0\x1c"sv, ours("a pcap capture")},
    {"\n\r\r\n"sv, ours("a pcapng capture")},
    {"snoop\0\0\0"sv, ours("a snoop capture")},
    // Other files that are often found beside captures.
    {"SQLite format 3\0"sv, other("an SQLite database (the index of a tarball, perhaps)")},
    {"ElfFile\0"sv, other("a Windows event log")},
    {"LPKSHHRH"sv, other("a systemd journal")},
    {"\x7f"
     "ELF"sv,
     other("a program (ELF)")},
    {"%PDF-"sv, other("a PDF document")},
    {"Salted__"sv, other("data encrypted by openssl", "decrypt it first")},
    {"age-encryption.org/"sv, other("data encrypted by age", "decrypt it first")},
    {"-----BEGIN PGP"sv, other("a PGP message", "decrypt it first")},
    {"version https://git-lfs.github.com/spec/"sv,
     other("a pointer of Git LFS, not the file itself", "git lfs pull fetches it")},
};

bool begins_at(std::span<const uint8_t> bytes, size_t offset, std::string_view magic) noexcept {
  return bytes.size() >= offset && bytes.size() - offset >= magic.size() &&
         std::memcmp(bytes.data() + offset, magic.data(), magic.size()) == 0;
}

// .lzma has no magic: it begins with the properties 5d 00 00, a dictionary size that encoders use,
// and a plain size that is below 256 GiB or unknown (-1).
bool is_lzma_alone(std::span<const uint8_t> bytes) noexcept {
  if (bytes.size() < 13 || bytes[0] != 0x5d) return false;
  const uint32_t dictionary = load_le32(bytes.data() + 1);
  const uint64_t plain = load_le64(bytes.data() + 5);
  const bool usual = dictionary >= 1u << 16 && (dictionary & (dictionary - 1)) == 0;
  return usual && (plain == UINT64_MAX || plain < uint64_t{1} << 38);
}

// A record of type 0x1001 or 0x1007 with a short version text.
bool is_lanalyzer(std::span<const uint8_t> bytes) noexcept {
  if (bytes.size() < 8) return false;
  const uint32_t type = load_le16(bytes.data());
  const uint32_t length = load_le16(bytes.data() + 2);
  return (type == 0x1001 || type == 0x1007) && length >= 2 && length <= 256 && bytes[4] == 1;
}

bool is_text(std::span<const uint8_t> bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) {
    return (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\r' || b == '\t' || b >= 0x80;
  });
}

bool is_hex_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// "0000  45 00 …", "0x0000:  4500 …", "00000000: d4c3 …": an offset of zero, followed by bytes.
bool is_hex_dump_line(std::string_view line) noexcept {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.starts_with("0x")) line.remove_prefix(2);
  size_t zeros = line.find_first_not_of('0');
  if (zeros == std::string_view::npos || zeros < 3 || zeros > 16) return false;
  if (line[zeros] == ':') ++zeros;
  const size_t bytes = line.find_first_not_of(" \t", zeros);
  return bytes != std::string_view::npos && bytes > zeros && bytes + 2 <= line.size() &&
         is_hex_digit(line[bytes]) && is_hex_digit(line[bytes + 1]);
}

bool has_hex_dump_line(std::string_view text) noexcept {
  constexpr size_t kMostLines = 4;  // tcpdump -x prints a description of the packet first
  for (size_t i = 0; i < kMostLines && !text.empty(); ++i) {
    const size_t end = text.find('\n');
    if (is_hex_dump_line(text.substr(0, end))) return true;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return false;
}

std::optional<ForeignFormat> recognize_text(std::span<const uint8_t> bytes) noexcept {
  if (!is_text(bytes)) return std::nullopt;
  std::array<char, kForeignBytes> copy;
  const size_t size = std::min(bytes.size(), copy.size());
  std::copy_n(bytes.begin(), size, copy.begin());
  std::string_view text(copy.data(), size);
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with("{\"gophercap_dump_version\"") ||
      (text.starts_with('{') && text.find("\"gophercap_dump_version\"") != std::string_view::npos))
    return other("a dump of gophercap map", "gophercap replay --dump-json FILE plays its set");
  if (text.starts_with("<!DOCTYPE html") || text.starts_with("<!doctype html") ||
      text.starts_with("<html"))
    return other("an HTML page", "a download that failed, perhaps");
  if (text.starts_with("<?xml") || text.starts_with("<pdml") || text.starts_with("<psml"))
    return other("XML");
  if (text.starts_with('{') || text.starts_with("[{")) return other("JSON");
  if (has_hex_dump_line(text)) return other("a hex dump", "text2pcap makes a capture of it");
  return text.size() >= 4 ? std::optional(other("text")) : std::nullopt;
}

}  // namespace

std::optional<ForeignFormat> recognize_foreign(std::span<const uint8_t> first_bytes) noexcept {
  for (const Row& row : kRows) {
    if (begins_at(first_bytes, row.offset, row.magic)) return row.format;
  }
  if (is_lzma_alone(first_bytes)) return packed("lzma data (.lzma)", "decompress it first (xz -d)");
  if (is_lanalyzer(first_bytes)) return captured("a Novell LANalyzer capture");
  return recognize_text(first_bytes.first(std::min(first_bytes.size(), kForeignBytes)));
}

std::string refusal_of(std::span<const uint8_t> first_bytes, std::string_view wanted) {
  if (const std::optional<ForeignFormat> known = recognize_foreign(first_bytes)) {
    return fmt::format("not {} but {}{}{}", wanted, known->name, known->cure.empty() ? "" : ": ",
                       known->cure);
  }
  return fmt::format("not {}: it begins with {:02x} {:02x} {:02x} {:02x}", wanted, first_bytes[0],
                     first_bytes[1], first_bytes[2], first_bytes[3]);
}

}  // namespace gophercap::io
