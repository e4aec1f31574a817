// pcapng (draft-ietf-opsawg-pcapng): sections in either byte order, any number of interfaces, any
// time resolution.
#include "capture/pcapng_reader.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "capture/time_scale.h"
#include "packet/link_type.h"

namespace gophercap::capture {
namespace {

using packet::PacketView;

constexpr uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;
enum BlockType : uint32_t {
  kInterface = 1,
  kObsoletePacket = 2,
  kSimplePacket = 3,
  kEnhancedPacket = 6
};
enum OptionCode : uint16_t {
  kEndOfOptions = 0,
  kEpbFlags = 2,
  kIfTsResol = 9,
  kIfFcsLen = 13,
  kIfTsOffset = 14
};

constexpr uint32_t kMaxBlockBytes = 256u << 20;
// The limit for options after a packet or in a header block; real comments are shorter.
constexpr uint32_t kMaxOptionBytes = 1u << 20;

constexpr uint32_t padded(uint32_t n) noexcept {
  return (n + 3) & ~3u;
}

Result<> check_version(ByteOrder order, const uint8_t* section_header) {
  const uint32_t major = order.load16(section_header + 12);
  const uint32_t minor = order.load16(section_header + 14);
  if (major == 1 && (minor == 0 || minor == 2)) return {};
  return Error{
      Errc::kUnsupported, 0,
      fmt::format("pcapng version {}.{} is not one that we read (1.0, 1.2)", major, minor)};
}

struct SectionInterface {
  uint32_t link_type = 0;
  uint32_t snap_length = 0;
  uint32_t max_captured = 0;
  uint32_t fcs_bytes = 0;
  TimeScale time;
};

// The positions of the parts of a packet block.
struct PacketFields {
  uint32_t interface = 0;
  uint32_t captured = 0;
  uint32_t original = 0;
  uint32_t data_offset = 0;  // from the beginning of the block
  uint64_t stamp = 0;
  bool has_time = true;
};

class PcapngParser final : public Parser {
 public:
  ReadStatus parse(ReaderState& state, PacketBatch& batch) override;
  Format format() const noexcept override { return Format::kPcapng; }

 private:
  void parse_buffered(ReaderState& state, PacketBatch& batch);
  ReadStatus parse_block(ReaderState& state, PacketBatch& batch);
  ReadStatus parse_section(ReaderState& state, uint32_t block_bytes);
  ReadStatus parse_interface(ReaderState& state, uint32_t block_bytes);
  ReadStatus parse_packet(ReaderState& state, PacketBatch& batch, uint32_t type,
                          uint32_t block_bytes);
  ReadStatus skip_block(ReaderState& state, uint32_t block_bytes);
  ReadStatus check_trailer(ReaderState& state, const uint8_t* block, uint32_t block_bytes) const;

  PacketFields packet_fields(const uint8_t* block, uint32_t type) const noexcept;
  uint32_t epb_fcs_bytes(const uint8_t* options, const uint8_t* end,
                         uint32_t otherwise) const noexcept;
  void give(ReaderState& state, PacketBatch& batch, const uint8_t* block, uint32_t block_bytes,
            uint64_t offset_bytes, const PacketFields& fields);

  ByteOrder order_;
  std::vector<SectionInterface> interfaces_;  // of the current section
  uint32_t first_interface_ = 0;  // index of interfaces_[0] among all interfaces of the file
  bool in_section_ = false;
};

PacketFields PcapngParser::packet_fields(const uint8_t* block, uint32_t type) const noexcept {
  PacketFields f;
  const uint8_t* body = block + 8;
  if (type == kSimplePacket) {
    f.original = order_.load32(body);
    f.data_offset = 12;
    f.has_time = false;
    const uint32_t snap = interfaces_.empty() ? 0 : interfaces_.front().snap_length;
    f.captured = snap != 0 && snap < f.original ? snap : f.original;
    return f;
  }
  f.interface = type == kEnhancedPacket ? order_.load32(body) : order_.load16(body);
  f.stamp = uint64_t{order_.load32(body + 4)} << 32 | order_.load32(body + 8);
  f.captured = order_.load32(body + 12);
  f.original = order_.load32(body + 16);
  f.data_offset = 28;
  return f;
}

// epb_flags contains the length of the packet's FCS (bits 5 to 8, in bytes; 0 = no information).
uint32_t PcapngParser::epb_fcs_bytes(const uint8_t* p, const uint8_t* end,
                                     uint32_t otherwise) const noexcept {
  while (end - p >= 4) {
    const uint16_t code = order_.load16(p);
    const uint16_t length = order_.load16(p + 2);
    p += 4;
    if (code == kEndOfOptions || padded(length) > static_cast<size_t>(end - p)) break;
    if (code == kEpbFlags && length == 4) {
      const uint32_t fcs = (order_.load32(p) >> 5) & 0xfu;
      return fcs != 0 ? fcs : otherwise;
    }
    p += padded(length);
  }
  return otherwise;
}

void PcapngParser::give(ReaderState& state, PacketBatch& batch, const uint8_t* block,
                        uint32_t block_bytes, uint64_t offset_bytes, const PacketFields& f) {
  const SectionInterface& interface = interfaces_[f.interface];
  PacketView& view = batch.packets[batch.count++];
  view.data = block + f.data_offset;
  view.offset_bytes = offset_bytes;
  view.captured_bytes = f.captured;
  view.original_bytes = f.original;
  view.interface = first_interface_ + f.interface;
  view.flags = 0;
  if (f.has_time && interface.time.convert(f.stamp, view.time)) {
    state.last_time = view.time;
  } else {
    view.time = state.last_time;
    view.flags = PacketView::kNoTime;
  }
  uint32_t fcs = interface.fcs_bytes;
  const uint8_t* options = block + f.data_offset + padded(f.captured);
  const uint8_t* end = block + block_bytes - 4;
  if (options < end && f.data_offset == 28) fcs = epb_fcs_bytes(options, end, fcs);
  view.fcs_bytes = captured_fcs_bytes(fcs, f.captured, f.original);
}

// Handles enhanced packets that are completely in the buffer, which are the bulk of every file.
// Stops before everything else.
void PcapngParser::parse_buffered(ReaderState& state, PacketBatch& batch) {
  const uint8_t* const begin = state.buffer.data();
  const uint8_t* const end = begin + state.buffer.size();
  const uint8_t* p = begin;
  const uint64_t base_offset = state.buffer.offset_bytes();
  while (batch.count < PacketBatch::kCapacity && end - p >= 32) {
    const uint32_t block_bytes = order_.load32(p + 4);
    if (order_.load32(p) != kEnhancedPacket || block_bytes < 32 || (block_bytes & 3) != 0 ||
        block_bytes > static_cast<size_t>(end - p) ||
        order_.load32(p + block_bytes - 4) != block_bytes) {
      break;
    }
    const PacketFields f = packet_fields(p, kEnhancedPacket);
    if (f.interface >= interfaces_.size() || f.captured > block_bytes - 32 ||
        f.captured > interfaces_[f.interface].max_captured ||
        block_bytes - 32 - f.captured > kMaxOptionBytes) {
      break;
    }
    give(state, batch, p, block_bytes, base_offset + static_cast<uint64_t>(p - begin), f);
    p += block_bytes;
  }
  state.buffer.consume(static_cast<size_t>(p - begin));
}

ReadStatus PcapngParser::parse(ReaderState& state, PacketBatch& batch) {
  for (;;) {
    if (in_section_) parse_buffered(state, batch);
    if (batch.count > 0) return ReadStatus::kPacket;
    const ReadStatus status = parse_block(state, batch);
    if (status != ReadStatus::kPacket || batch.count > 0) return status;
  }
}

// Handles one block of any kind. If kPacket is returned without a packet in the batch, call it
// again.
ReadStatus PcapngParser::parse_block(ReaderState& state, PacketBatch& batch) {
  RecordBuffer& buffer = state.buffer;
  const uint64_t offset = buffer.offset_bytes();
  if (!buffer.ensure(12)) {
    if (buffer.size() == 0) return state.end();
    (void)buffer.only_zeros_left(state.padding_bytes);
    if (buffer.size() == 0) return state.end();
    state.padding_bytes = 0;
    return state.cut_at(offset, "block header");
  }
  const uint8_t* p = buffer.data();
  uint32_t type = order_.load32(p);
  if (load_le32(p) == kSectionHeader) {  // the same in either byte order
    type = kSectionHeader;
    const uint32_t magic = load_le32(p + 8);
    if (magic != kByteOrderMagic && byte_swap(magic) != kByteOrderMagic) {
      return state.corrupt_at(offset,
                              fmt::format("section header with byte-order magic 0x{:08x}", magic));
    }
    order_.big = magic != kByteOrderMagic;
  }
  const uint32_t block_bytes = order_.load32(p + 4);
  if (type == 0 && block_bytes == 0) {
    if (buffer.only_zeros_left(state.padding_bytes)) return ReadStatus::kEnd;
    if (buffer.size() == 0) return state.end();
    state.padding_bytes = 0;
    return state.corrupt_at(offset, "block of type 0 and length 0");
  }
  if (block_bytes < 12 || (block_bytes & 3) != 0 || block_bytes > kMaxBlockBytes) {
    return state.corrupt_at(
        offset, fmt::format("block of type 0x{:x} has impossible length {}", type, block_bytes));
  }
  switch (type) {
    case kSectionHeader:
      return parse_section(state, block_bytes);
    case kInterface:
      return parse_interface(state, block_bytes);
    case kEnhancedPacket:
    case kObsoletePacket:
    case kSimplePacket:
      return parse_packet(state, batch, type, block_bytes);
    default:
      return skip_block(state, block_bytes);
  }
}

ReadStatus PcapngParser::check_trailer(ReaderState& state, const uint8_t* block,
                                       uint32_t block_bytes) const {
  const uint32_t trailer = order_.load32(block + block_bytes - 4);
  if (trailer == block_bytes) return ReadStatus::kPacket;
  return state.corrupt_at(
      state.buffer.offset_bytes(),
      fmt::format("block length is {} in front and {} behind", block_bytes, trailer));
}

ReadStatus PcapngParser::skip_block(ReaderState& state, uint32_t block_bytes) {
  RecordBuffer& buffer = state.buffer;
  const uint64_t offset = buffer.offset_bytes();
  if (!buffer.skip(block_bytes - 4) || !buffer.ensure(4)) return state.cut_at(offset, "block");
  const uint32_t trailer = order_.load32(buffer.data());
  if (trailer != block_bytes) {
    return state.corrupt_at(
        offset, fmt::format("block length is {} in front and {} behind", block_bytes, trailer));
  }
  buffer.consume(4);
  return ReadStatus::kPacket;
}

ReadStatus PcapngParser::parse_section(ReaderState& state, uint32_t block_bytes) {
  RecordBuffer& buffer = state.buffer;
  const uint64_t offset = buffer.offset_bytes();
  if (block_bytes < 28)
    return state.corrupt_at(offset, fmt::format("section header of {} bytes", block_bytes));
  if (!buffer.ensure(28)) return state.cut_at(offset, "section header");
  if (Result<> version = check_version(order_, buffer.data()); !version)
    return state.corrupt_at(offset, version.error().what, version.error().code);
  const ReadStatus status = skip_block(state, block_bytes);
  if (status != ReadStatus::kPacket) return status;
  state.sections = in_section_ ? state.sections + 1 : 1;
  in_section_ = true;
  first_interface_ = static_cast<uint32_t>(state.interfaces.size());
  interfaces_.clear();
  return ReadStatus::kPacket;
}

ReadStatus PcapngParser::parse_interface(ReaderState& state, uint32_t block_bytes) {
  RecordBuffer& buffer = state.buffer;
  const uint64_t offset = buffer.offset_bytes();
  if (block_bytes < 20)
    return state.corrupt_at(offset, fmt::format("interface description of {} bytes", block_bytes));
  if (block_bytes > kMaxOptionBytes) {
    return state.corrupt_at(
        offset, fmt::format("interface description of {} bytes is above the limit of {}",
                            block_bytes, kMaxOptionBytes));
  }
  if (state.interfaces.size() == kMaxInterfaces) {
    return state.corrupt_at(offset,
                            fmt::format("more interfaces than the limit of {}", kMaxInterfaces));
  }
  if (!buffer.ensure(block_bytes)) return state.cut_at(offset, "interface description");
  const uint8_t* block = buffer.data();
  if (const ReadStatus status = check_trailer(state, block, block_bytes);
      status != ReadStatus::kPacket)
    return status;

  SectionInterface interface;
  interface.link_type = order_.load16(block + 8);
  interface.snap_length = order_.load32(block + 12);
  interface.max_captured = packet::max_captured_bytes(interface.link_type);
  const uint8_t* p = block + 16;
  const uint8_t* const end = block + block_bytes - 4;
  while (end - p >= 4) {
    const uint16_t code = order_.load16(p);
    const uint16_t length = order_.load16(p + 2);
    p += 4;
    if (code == kEndOfOptions || length > end - p) break;
    if (code == kIfTsResol && length == 1) interface.time.set_resolution(*p);
    if (code == kIfTsOffset && length == 8)
      interface.time.set_offset(static_cast<int64_t>(order_.load64(p)));
    // The draft says bits, writers use bytes. No FCS has 16 bytes, or less than 16 bits.
    if (code == kIfFcsLen && length == 1) interface.fcs_bytes = *p >= 16 ? *p / 8u : *p;
    if (padded(length) > static_cast<size_t>(end - p)) break;
    p += padded(length);
  }
  interfaces_.push_back(interface);
  state.interfaces.push_back({interface.link_type, interface.snap_length});
  buffer.consume(block_bytes);
  return ReadStatus::kPacket;
}

// Handles a packet block that is not completely in the buffer, or is simple, obsolete or invalid.
ReadStatus PcapngParser::parse_packet(ReaderState& state, PacketBatch& batch, uint32_t type,
                                      uint32_t block_bytes) {
  RecordBuffer& buffer = state.buffer;
  const uint64_t offset = buffer.offset_bytes();
  const uint32_t overhead = type == kSimplePacket ? 16 : 32;
  if (block_bytes < overhead) {
    return state.corrupt_at(offset,
                            fmt::format("{}: block of {} bytes", state.next_packet(), block_bytes));
  }
  if (!buffer.ensure(overhead - 4)) return state.cut_at(offset, state.next_packet() + ": block");
  const PacketFields f = packet_fields(buffer.data(), type);
  if (f.interface >= interfaces_.size()) {
    return state.corrupt_at(
        offset, fmt::format("{}: interface {} is not described", state.next_packet(), f.interface));
  }
  if (f.captured > block_bytes - overhead) {
    return state.corrupt_at(offset,
                            fmt::format("{}: captured length {} does not fit its block of {} bytes",
                                        state.next_packet(), f.captured, block_bytes));
  }
  const uint32_t max_captured = interfaces_[f.interface].max_captured;
  if (f.captured > max_captured) {
    return state.corrupt_at(offset, fmt::format("{}: captured length {} exceeds the limit of {}",
                                                state.next_packet(), f.captured, max_captured));
  }
  if (block_bytes - overhead - f.captured > kMaxOptionBytes) {
    return state.corrupt_at(offset, fmt::format("{}: {} bytes of options", state.next_packet(),
                                                block_bytes - overhead - f.captured));
  }
  if (!buffer.ensure(block_bytes)) {
    return state.cut_at(offset,
                        fmt::format("{}: block of {} bytes", state.next_packet(), block_bytes));
  }
  const uint8_t* block = buffer.data();
  if (const ReadStatus status = check_trailer(state, block, block_bytes);
      status != ReadStatus::kPacket)
    return status;
  give(state, batch, block, block_bytes, offset, f);
  buffer.consume(block_bytes);
  return ReadStatus::kPacket;
}

}  // namespace

bool is_pcapng(const RecordBuffer& buffer) noexcept {
  return buffer.size() >= 4 && load_le32(buffer.data()) == kSectionHeader;
}

Result<std::unique_ptr<Parser>> open_pcapng(ReaderState& state) {
  const RecordBuffer& buffer = state.buffer;
  if (buffer.size() < 28) {
    if (buffer.error()) return *buffer.error();
    return Error{Errc::kTruncated, 0, "the file ends inside its first section header"};
  }
  const uint32_t magic = load_le32(buffer.data() + 8);
  if (magic != kByteOrderMagic && byte_swap(magic) != kByteOrderMagic) {
    return Error{Errc::kUnsupported, 0,
                 fmt::format("not a pcapng file: byte-order magic 0x{:08x}", magic)};
  }
  TRY_VOID(check_version(ByteOrder{magic != kByteOrderMagic}, buffer.data()));
  state.sections = 0;
  return std::unique_ptr<Parser>(std::make_unique<PcapngParser>());
}

}  // namespace gophercap::capture
