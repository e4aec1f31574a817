// Builds captures in memory, so that a test reads like a list of records and every field can have a
// wrong value. Nothing is checked. Times are in the units of the file; every length can differ from
// that of the data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gophercap::testing {

using Bytes = std::vector<uint8_t>;

// n bytes that depend on the seed.
Bytes payload(size_t n, uint8_t seed = 0);
// An Ethernet II frame of n bytes (at least 14), type 0x88b5 (local experiment), filled like
// payload().
Bytes ethernet_frame(size_t n, uint8_t seed = 0);
std::string_view as_text(const Bytes& bytes);

// Appends integers in one byte order.
class ByteWriter {
 public:
  explicit ByteWriter(bool big_endian = false) : big_endian_(big_endian) {}
  ByteWriter& u8(uint8_t v);
  ByteWriter& u16(uint16_t v);
  ByteWriter& u32(uint32_t v);
  ByteWriter& u64(uint64_t v);
  ByteWriter& raw(std::span<const uint8_t> bytes);
  ByteWriter& zeros(size_t n);
  ByteWriter& pad_to(size_t multiple);  // zeros

  bool big_endian() const { return big_endian_; }
  void set_big_endian(bool big_endian) { big_endian_ = big_endian; }
  size_t size() const { return bytes_.size(); }
  const Bytes& bytes() const { return bytes_; }
  Bytes& bytes() { return bytes_; }

 private:
  bool big_endian_;
  Bytes bytes_;
};

// --- pcap and its relatives ---

inline constexpr uint32_t kMagicMicros = 0xa1b2c3d4;
inline constexpr uint32_t kMagicNanos = 0xa1b23c4d;
inline constexpr uint32_t kMagicModified =
    0xa1b2cd34;  // Kuznetzov: 8 more bytes in each record header
inline constexpr uint32_t kMagicIxiaHardware = 0x1c0001ac;  // 4 more bytes in the file header
inline constexpr uint32_t kMagicIxiaSoftware = 0x1c0001ab;

struct PcapHeader {
  bool big_endian = false;
  uint32_t magic = kMagicMicros;
  uint16_t major = 2;
  uint16_t minor = 4;
  int32_t zone = 0;
  uint32_t sigfigs = 0;
  uint32_t snap_length = 262144;
  uint32_t link_type = 1;  // low 16 bits of the field
  uint8_t fcs_words = 0;   // bits 28-31: FCS length in 16-bit words, …
  bool fcs_valid = false;  // … and bit 26, which makes them valid
  uint16_t reserved = 0;   // bits 16-25
};

struct PcapRecord {
  uint32_t seconds = 0;
  uint32_t fraction = 0;
  Bytes data{};
  std::optional<uint32_t> captured{};  // value written; default: data.size()
  std::optional<uint32_t> original{};  // value written; default: data.size()
  Bytes extra{};  // between record header and data; default: 8 zeros with kMagicModified
};

class PcapBuilder {
 public:
  explicit PcapBuilder(const PcapHeader& header = {});
  PcapBuilder& record(const PcapRecord& record);
  // A well-formed record with a time in nanoseconds since 1970, not negative.
  PcapBuilder& packet(int64_t time_ns, const Bytes& data);
  PcapBuilder& raw(std::span<const uint8_t> bytes);
  PcapBuilder& zeros(size_t n);

  size_t size() const { return out_.size(); }
  const Bytes& bytes() const { return out_.bytes(); }

 private:
  PcapHeader header_;
  ByteWriter out_;
};

// --- pcapng ---

struct Option {
  uint16_t code = 0;
  Bytes value{};
  std::optional<uint16_t> length{};  // value written; default: value.size()
};

struct SectionHeader {
  bool big_endian = false;
  uint16_t major = 1;
  uint16_t minor = 0;
  int64_t section_bytes = -1;
  std::vector<Option> options{};
};

struct InterfaceBlock {
  uint16_t link_type = 1;
  uint32_t snap_length = 0;
  std::optional<uint8_t> tsresol{};  // value written: 9 = nanoseconds, 0x80 | n = 2^-n seconds
  std::optional<int64_t> tsoffset{};
  std::optional<uint8_t> fcs_length{};  // bytes
  std::vector<Option> options{};        // further ones
};

struct EnhancedPacket {
  uint32_t interface = 0;
  uint64_t timestamp = 0;  // in the interface's units
  Bytes data{};
  std::optional<uint32_t> captured{};
  std::optional<uint32_t> original{};
  std::vector<Option> options{};
};

struct SimplePacket {
  Bytes data{};
  std::optional<uint32_t> original{};
};

struct ObsoletePacket {
  uint16_t interface = 0;
  uint16_t drops = 0;
  uint64_t timestamp = 0;
  Bytes data{};
  std::optional<uint32_t> captured{};
  std::optional<uint32_t> original{};
};

// Lengths written to a block; default: the correct ones.
struct BlockLengths {
  std::optional<uint32_t> total{};
  std::optional<uint32_t> trailer{};
};

class PcapngBuilder {
 public:
  // Blocks are written in the byte order of the latest section(); little-endian before the first.
  PcapngBuilder& section(const SectionHeader& section = {}, const BlockLengths& lengths = {});
  PcapngBuilder& interface(const InterfaceBlock& interface = {}, const BlockLengths& lengths = {});
  PcapngBuilder& enhanced(const EnhancedPacket& packet, const BlockLengths& lengths = {});
  PcapngBuilder& simple(const SimplePacket& packet, const BlockLengths& lengths = {});
  PcapngBuilder& obsolete(const ObsoletePacket& packet, const BlockLengths& lengths = {});
  // A block of any type; `body` goes between the two lengths and is padded to 32 bits.
  PcapngBuilder& block(uint32_t type, const Bytes& body, const BlockLengths& lengths = {});
  PcapngBuilder& raw(std::span<const uint8_t> bytes);
  PcapngBuilder& zeros(size_t n);

  size_t size() const { return out_.size(); }
  const Bytes& bytes() const { return out_.bytes(); }

 private:
  ByteWriter out_;
};

// --- snoop (RFC 1761) ---

struct SnoopRecord {
  uint32_t seconds = 0;
  uint32_t micros = 0;
  Bytes data{};
  std::optional<uint32_t> captured{};
  std::optional<uint32_t> original{};
  std::optional<uint32_t> record_bytes{};  // default: 24 + data, padded to 32 bits
};

class SnoopBuilder {
 public:
  explicit SnoopBuilder(uint32_t data_link = 4, uint32_t version = 2);  // 4 = Ethernet
  SnoopBuilder& record(const SnoopRecord& record);
  SnoopBuilder& raw(std::span<const uint8_t> bytes);

  size_t size() const { return out_.size(); }
  const Bytes& bytes() const { return out_.bytes(); }

 private:
  ByteWriter out_{true};
};

// --- ERF ---

struct ErfRecord {
  uint32_t seconds = 0;
  uint32_t fraction = 0;  // fraction of a second, in 2^-32
  uint8_t type = 2;   // 2 = Ethernet, whose frame follows two bytes (offset, pad); bit 7 is set for
                      // `extensions`
  uint8_t flags = 4;  // varying record length
  uint16_t loss_or_color = 0;
  std::vector<uint64_t> extensions{};  // eight bytes each; bit 63 ("more follow") is set as needed
  Bytes data{};                        // of the frame
  size_t tail_zeros = 0;               // padding after the frame, included in the length of the
                                       // record
  std::optional<uint16_t> record_bytes{};
  std::optional<uint16_t> wire_bytes{};  // default: data.size()
};

class ErfBuilder {
 public:
  ErfBuilder& record(const ErfRecord& record);
  ErfBuilder& raw(std::span<const uint8_t> bytes);

  size_t size() const { return out_.size(); }
  const Bytes& bytes() const { return out_.bytes(); }

 private:
  ByteWriter out_{true};
};

}  // namespace gophercap::testing
