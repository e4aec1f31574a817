#include "testing/pcap_builder.h"

#include <algorithm>

namespace gophercap::testing {
namespace {

constexpr uint32_t kSectionHeaderBlock = 0x0a0d0d0a;
constexpr uint32_t kInterfaceBlock = 1;
constexpr uint32_t kObsoletePacketBlock = 2;
constexpr uint32_t kSimplePacketBlock = 3;
constexpr uint32_t kEnhancedPacketBlock = 6;
constexpr uint16_t kOptTsResol = 9;
constexpr uint16_t kOptFcsLength = 13;
constexpr uint16_t kOptTsOffset = 14;

uint32_t size32(const Bytes& bytes) {
  return static_cast<uint32_t>(bytes.size());
}

void write_options(ByteWriter& out, const std::vector<Option>& options) {
  if (options.empty()) return;
  for (const Option& option : options) {
    out.u16(option.code).u16(option.length.value_or(static_cast<uint16_t>(option.value.size())));
    out.raw(option.value).pad_to(4);
  }
  out.u16(0).u16(0);  // opt_endofopt
}

}  // namespace

Bytes payload(size_t n, uint8_t seed) {
  Bytes bytes(n);
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>(i * 7 + size_t{seed} * 31 + 1);
  return bytes;
}

Bytes ethernet_frame(size_t n, uint8_t seed) {
  Bytes frame = payload(std::max<size_t>(n, 14), seed);
  const Bytes header = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x88, 0xb5};
  std::copy(header.begin(), header.end(), frame.begin());
  return frame;
}

std::string_view as_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ByteWriter& ByteWriter::u8(uint8_t v) {
  bytes_.push_back(v);
  return *this;
}

ByteWriter& ByteWriter::u16(uint16_t v) {
  const auto high = static_cast<uint8_t>(v >> 8);
  const auto low = static_cast<uint8_t>(v);
  return big_endian_ ? u8(high).u8(low) : u8(low).u8(high);
}

ByteWriter& ByteWriter::u32(uint32_t v) {
  const auto high = static_cast<uint16_t>(v >> 16);
  const auto low = static_cast<uint16_t>(v);
  return big_endian_ ? u16(high).u16(low) : u16(low).u16(high);
}

ByteWriter& ByteWriter::u64(uint64_t v) {
  const auto high = static_cast<uint32_t>(v >> 32);
  const auto low = static_cast<uint32_t>(v);
  return big_endian_ ? u32(high).u32(low) : u32(low).u32(high);
}

ByteWriter& ByteWriter::raw(std::span<const uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return *this;
}

ByteWriter& ByteWriter::zeros(size_t n) {
  bytes_.resize(bytes_.size() + n);
  return *this;
}

ByteWriter& ByteWriter::pad_to(size_t multiple) {
  return zeros((multiple - size() % multiple) % multiple);
}

PcapBuilder::PcapBuilder(const PcapHeader& header) : header_(header), out_(header.big_endian) {
  const uint32_t link_field = (header.link_type & 0xffff) | uint32_t{header.reserved} << 16 |
                              (header.fcs_valid ? 1u << 26 : 0) | uint32_t{header.fcs_words} << 28;
  out_.u32(header.magic).u16(header.major).u16(header.minor);
  out_.u32(static_cast<uint32_t>(header.zone)).u32(header.sigfigs);
  out_.u32(header.snap_length).u32(link_field);
  if (header.magic == kMagicIxiaHardware || header.magic == kMagicIxiaSoftware) out_.u32(0);
}

PcapBuilder& PcapBuilder::record(const PcapRecord& record) {
  out_.u32(record.seconds).u32(record.fraction);
  out_.u32(record.captured.value_or(size32(record.data)));
  out_.u32(record.original.value_or(size32(record.data)));
  out_.raw(record.extra);
  if (record.extra.empty() && header_.magic == kMagicModified) out_.zeros(8);
  out_.raw(record.data);
  return *this;
}

PcapBuilder& PcapBuilder::packet(int64_t time_ns, const Bytes& data) {
  const bool nanos = header_.magic == kMagicNanos || header_.magic == kMagicIxiaHardware;
  PcapRecord r;
  r.seconds = static_cast<uint32_t>(time_ns / 1'000'000'000);
  r.fraction = static_cast<uint32_t>(time_ns % 1'000'000'000 / (nanos ? 1 : 1000));
  r.data = data;
  return record(r);
}

PcapBuilder& PcapBuilder::raw(std::span<const uint8_t> bytes) {
  out_.raw(bytes);
  return *this;
}

PcapBuilder& PcapBuilder::zeros(size_t n) {
  out_.zeros(n);
  return *this;
}

PcapngBuilder& PcapngBuilder::block(uint32_t type, const Bytes& body, const BlockLengths& lengths) {
  const uint32_t padded = (size32(body) + 3) / 4 * 4;
  const uint32_t total = lengths.total.value_or(padded + 12);
  out_.u32(type).u32(total).raw(body).zeros(padded - body.size());
  out_.u32(lengths.trailer.value_or(total));
  return *this;
}

PcapngBuilder& PcapngBuilder::section(const SectionHeader& section, const BlockLengths& lengths) {
  out_.set_big_endian(section.big_endian);
  ByteWriter body(section.big_endian);
  body.u32(0x1a2b3c4d).u16(section.major).u16(section.minor);
  body.u64(static_cast<uint64_t>(section.section_bytes));
  write_options(body, section.options);
  return block(kSectionHeaderBlock, body.bytes(), lengths);
}

PcapngBuilder& PcapngBuilder::interface(const InterfaceBlock& interface,
                                        const BlockLengths& lengths) {
  std::vector<Option> options;
  if (interface.tsresol) options.push_back({kOptTsResol, {*interface.tsresol}, {}});
  if (interface.tsoffset) {
    ByteWriter value(out_.big_endian());
    value.u64(static_cast<uint64_t>(*interface.tsoffset));
    options.push_back({kOptTsOffset, value.bytes(), {}});
  }
  if (interface.fcs_length) options.push_back({kOptFcsLength, {*interface.fcs_length}, {}});
  options.insert(options.end(), interface.options.begin(), interface.options.end());

  ByteWriter body(out_.big_endian());
  body.u16(interface.link_type).u16(0).u32(interface.snap_length);
  write_options(body, options);
  return block(kInterfaceBlock, body.bytes(), lengths);
}

PcapngBuilder& PcapngBuilder::enhanced(const EnhancedPacket& packet, const BlockLengths& lengths) {
  ByteWriter body(out_.big_endian());
  body.u32(packet.interface).u32(static_cast<uint32_t>(packet.timestamp >> 32));
  body.u32(static_cast<uint32_t>(packet.timestamp));
  body.u32(packet.captured.value_or(size32(packet.data)));
  body.u32(packet.original.value_or(size32(packet.data)));
  body.raw(packet.data).pad_to(4);
  write_options(body, packet.options);
  return block(kEnhancedPacketBlock, body.bytes(), lengths);
}

PcapngBuilder& PcapngBuilder::simple(const SimplePacket& packet, const BlockLengths& lengths) {
  ByteWriter body(out_.big_endian());
  body.u32(packet.original.value_or(size32(packet.data))).raw(packet.data);
  return block(kSimplePacketBlock, body.bytes(), lengths);
}

PcapngBuilder& PcapngBuilder::obsolete(const ObsoletePacket& packet, const BlockLengths& lengths) {
  ByteWriter body(out_.big_endian());
  body.u16(packet.interface).u16(packet.drops);
  body.u32(static_cast<uint32_t>(packet.timestamp >> 32));
  body.u32(static_cast<uint32_t>(packet.timestamp));
  body.u32(packet.captured.value_or(size32(packet.data)));
  body.u32(packet.original.value_or(size32(packet.data)));
  body.raw(packet.data);
  return block(kObsoletePacketBlock, body.bytes(), lengths);
}

PcapngBuilder& PcapngBuilder::raw(std::span<const uint8_t> bytes) {
  out_.raw(bytes);
  return *this;
}

PcapngBuilder& PcapngBuilder::zeros(size_t n) {
  out_.zeros(n);
  return *this;
}

SnoopBuilder::SnoopBuilder(uint32_t data_link, uint32_t version) {
  const Bytes magic = {'s', 'n', 'o', 'o', 'p', 0, 0, 0};
  out_.raw(magic).u32(version).u32(data_link);
}

SnoopBuilder& SnoopBuilder::record(const SnoopRecord& record) {
  const uint32_t padded = (size32(record.data) + 3) / 4 * 4;
  out_.u32(record.original.value_or(size32(record.data)));
  out_.u32(record.captured.value_or(size32(record.data)));
  out_.u32(record.record_bytes.value_or(24 + padded));
  out_.u32(0);  // cumulative drops
  out_.u32(record.seconds).u32(record.micros);
  out_.raw(record.data).zeros(padded - record.data.size());
  return *this;
}

SnoopBuilder& SnoopBuilder::raw(std::span<const uint8_t> bytes) {
  out_.raw(bytes);
  return *this;
}

ErfBuilder& ErfBuilder::record(const ErfRecord& record) {
  ByteWriter body(true);
  for (size_t i = 0; i < record.extensions.size(); ++i) {
    const uint64_t more = i + 1 < record.extensions.size() ? uint64_t{1} << 63 : 0;
    body.u64(record.extensions[i] | more);
  }
  const bool ethernet = (record.type & 0x7f) == 2;
  if (ethernet) body.zeros(2);
  body.raw(record.data).zeros(record.tail_zeros);

  // Only the time stamp is little-endian.
  ByteWriter stamp(false);
  stamp.u32(record.fraction).u32(record.seconds);
  out_.raw(stamp.bytes());
  const uint8_t extended = record.extensions.empty() ? 0 : 0x80;
  out_.u8(static_cast<uint8_t>(record.type | extended)).u8(record.flags);
  out_.u16(record.record_bytes.value_or(static_cast<uint16_t>(16 + body.size())));
  out_.u16(record.loss_or_color);
  out_.u16(record.wire_bytes.value_or(static_cast<uint16_t>(record.data.size())));
  out_.raw(body.bytes());
  return *this;
}

ErfBuilder& ErfBuilder::raw(std::span<const uint8_t> bytes) {
  out_.raw(bytes);
  return *this;
}

}  // namespace gophercap::testing
