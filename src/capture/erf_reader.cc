// ERF, the Extensible Record Format of Endace's capture cards ("ERF Types Reference Guide"). It has
// no file header and no magic, so it is recognized by the plausibility of its first records.
#include "capture/erf_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "packet/link_type.h"

namespace gophercap::capture {
namespace {

using packet::PacketView;

constexpr uint32_t kHeaderBytes = 16;
constexpr uint8_t kMoreHeaders = 0x80;
constexpr uint32_t kExtensionBytes = 8;
constexpr uint8_t kPad = 48;
constexpr uint8_t kHighestType = 29;
// Endace cards capture Ethernet frames with their frame check sequence, which is included in wlen.
constexpr uint32_t kEthernetFcsBytes = 4;

bool is_ethernet(uint8_t type) noexcept {
  return type == 2 || type == 11 || type == 16 || type == 20;
}
bool is_ip(uint8_t type) noexcept {
  return type == 22 || type == 23;
}

bool is_packet_type(uint8_t type) noexcept {
  return type >= 1 && type <= kHighestType;
}

uint32_t link_type_of(uint8_t type) noexcept {
  if (is_ethernet(type)) return packet::kLinkTypeEthernet;
  return is_ip(type) ? packet::kLinkTypeRaw : packet::kLinkTypeErf;
}

// Converts 32.32 fixed point, little-endian, to nanoseconds, rounded down.
int64_t nanoseconds(uint64_t stamp) noexcept {
  return static_cast<int64_t>(stamp >> 32) * 1'000'000'000 +
         static_cast<int64_t>(((stamp & 0xffffffffu) * 1'000'000'000) >> 32);
}

class ErfParser final : public Parser {
 public:
  Format format() const noexcept override { return Format::kErf; }

  ReadStatus parse(ReaderState& state, PacketBatch& batch) override {
    RecordBuffer& buffer = state.buffer;
    while (batch.count < PacketBatch::kCapacity) {
      if (batch.count > 0 && !whole_record_at_hand(buffer))
        break;  // the packets of the batch
                // point into the buffer
      const ReadStatus status = parse_record(state, batch);
      if (status == ReadStatus::kPacket) continue;
      if (batch.count > 0) break;
      return status;
    }
    return ReadStatus::kPacket;
  }

 private:
  static bool whole_record_at_hand(const RecordBuffer& buffer) noexcept {
    if (buffer.size() < kHeaderBytes) return false;
    const uint32_t record_bytes = load_be16(buffer.data() + 10);
    return record_bytes >= kHeaderBytes && buffer.size() >= record_bytes;
  }

  ReadStatus parse_record(ReaderState& state, PacketBatch& batch) {
    RecordBuffer& buffer = state.buffer;
    const uint64_t offset = buffer.offset_bytes();
    const auto name = [&] { return fmt::format("packet {}", state.packets + batch.count + 1); };
    if (!buffer.ensure(kHeaderBytes)) {
      uint64_t zeros = 0;
      (void)buffer.only_zeros_left(zeros);
      if (buffer.size() > 0) return state.cut_at(offset, "record header");
      state.padding_bytes = zeros;
      return state.end();
    }
    const uint8_t type = buffer.data()[8] & 0x7fu;
    const uint32_t record_bytes = load_be16(buffer.data() + 10);
    if (record_bytes < kHeaderBytes) {
      uint64_t zeros = 0;
      if (type == 0 && record_bytes == 0) {
        (void)buffer.only_zeros_left(zeros);
        if (buffer.size() == 0) {
          state.padding_bytes = zeros;
          return state.end();
        }
      }
      return state.corrupt_at(offset, fmt::format("{}: record of {} bytes", name(), record_bytes));
    }
    if (!is_packet_type(type) && type != kPad) {
      return state.corrupt_at(offset, fmt::format("{}: record type {} is unknown", name(), type));
    }
    if (!buffer.ensure(record_bytes))
      return state.cut_at(offset, fmt::format("{}: record of {} bytes", name(), record_bytes));
    if (type != kPad) {
      if (!give(state, batch, type, record_bytes, offset)) {
        return state.corrupt_at(offset,
                                fmt::format("{}: extension headers overrun the record", name()));
      }
    }
    buffer.consume(record_bytes);
    return ReadStatus::kPacket;
  }

  bool give(ReaderState& state, PacketBatch& batch, uint8_t type, uint32_t record_bytes,
            uint64_t offset) {
    const uint8_t* p = state.buffer.data();
    const uint32_t wire = load_be16(p + 14);
    uint32_t header = kHeaderBytes;
    if (is_ethernet(type) || is_ip(type)) {
      for (uint8_t more = p[8]; (more & kMoreHeaders) != 0; header += kExtensionBytes) {
        if (record_bytes - header < kExtensionBytes) return false;
        more = p[header];
      }
      if (is_ethernet(type)) header += 2;  // offset and padding before the frame
      if (header > record_bytes) return false;
    }
    PacketView& view = batch.packets[batch.count++];
    view = {};
    view.time = capture_time(nanoseconds(load_le64(p)));
    view.offset_bytes = offset;
    if (header == kHeaderBytes &&
        !is_ip(type)) {  // the frame cannot be extracted, so the whole record is the packet
      view.data = p;
      view.captured_bytes = view.original_bytes = record_bytes;
    } else {
      view.data = p + header;
      view.captured_bytes =
          std::min(record_bytes - header, wire);  // records are padded to eight bytes
      view.original_bytes = wire;
    }
    if (is_ethernet(type))
      view.fcs_bytes =
          captured_fcs_bytes(kEthernetFcsBytes, view.captured_bytes, view.original_bytes);
    view.interface = interface_for(state, link_type_of(type));
    return true;
  }

  static uint32_t interface_for(ReaderState& state, uint32_t link_type) {
    const auto found = std::find_if(state.interfaces.begin(), state.interfaces.end(),
                                    [&](const Interface& i) { return i.link_type == link_type; });
    const auto index = static_cast<uint32_t>(found - state.interfaces.begin());
    if (found == state.interfaces.end()) state.interfaces.push_back({link_type, 0});
    return index;
  }
};

}  // namespace

// Requires three consecutive records of known types with times within a month; or fewer, including
// a complete one, if the file ends, is truncated, or has only zeros left. Less than one in ten
// thousand files of random bytes passes.
bool is_erf(RecordBuffer& buffer) {
  constexpr int kRecords = 3;
  constexpr size_t kProbeBytes = size_t{128} << 10;  // room for records of up to 64 KiB - 1 each
  constexpr uint64_t kMonth = uint64_t{2'592'000} << 32;
  if (!buffer.ensure(kHeaderBytes)) return false;
  if (!is_packet_type(buffer.data()[8] & 0x7fu)) return false;
  (void)buffer.ensure(kProbeBytes);
  const uint8_t* p = buffer.data();
  const uint8_t* const end = p + std::min(buffer.size(), kProbeBytes);
  uint64_t before = 0;
  for (int records = 0; records < kRecords; ++records) {
    const auto left = static_cast<size_t>(end - p);
    if (left < kHeaderBytes) return records > 0;
    const uint64_t stamp = load_le64(p);
    const uint8_t type = p[8] & 0x7fu;
    const uint32_t record_bytes = load_be16(p + 10);
    if (type == 0)
      return records > 0 && std::all_of(p, end, [](uint8_t byte) { return byte == 0; });
    if (!is_packet_type(type) && type != kPad) return false;
    if (record_bytes < kHeaderBytes) return false;
    if (type != kPad && records > 0 && std::max(stamp, before) - std::min(stamp, before) > kMonth)
      return false;
    if (record_bytes > left) return records > 0;
    if (type != kPad) before = stamp;
    p += record_bytes;
  }
  return true;
}

Result<std::unique_ptr<Parser>> open_erf(ReaderState&) {
  return std::unique_ptr<Parser>(std::make_unique<ErfParser>());
}

}  // namespace gophercap::capture
