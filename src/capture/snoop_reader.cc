// snoop (RFC 1761), the format of Solaris' snoop. It is always big-endian.
#include "capture/snoop_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "packet/link_type.h"

namespace gophercap::capture {
namespace {

using packet::PacketView;

constexpr size_t kFileHeaderBytes = 16;
constexpr uint32_t kRecordHeaderBytes = 24;
constexpr uint32_t kMaxPadBytes = 4096;

std::optional<uint32_t> link_type_of(uint32_t datalink) noexcept {
  switch (datalink) {
    case 0:  // IEEE 802.3
    case 4:
      return 1;  // Ethernet
    case 2:
      return 6;  // token ring
    case 8:
      return 10;  // FDDI
    case 18:
      return 123;  // SunATM
    case 26:
      return 242;  // IP over Infiniband
    default:
      return std::nullopt;
  }
}

class SnoopParser final : public Parser {
 public:
  explicit SnoopParser(uint32_t link_type) : max_captured_(packet::max_captured_bytes(link_type)) {}
  Format format() const noexcept override { return Format::kSnoop; }

  ReadStatus parse(ReaderState& state, PacketBatch& batch) override {
    RecordBuffer& buffer = state.buffer;
    while (batch.count < PacketBatch::kCapacity) {
      // Packets point into the buffer, so once there is one, nothing may be read that moves the
      // buffer.
      if (batch.count > 0 && !whole_record_at_hand(buffer)) break;
      const ReadStatus status = parse_record(state, batch);
      if (status == ReadStatus::kPacket) continue;
      if (batch.count > 0) break;
      return status;
    }
    return ReadStatus::kPacket;
  }

 private:
  bool whole_record_at_hand(const RecordBuffer& buffer) const noexcept {
    if (buffer.size() < kRecordHeaderBytes) return false;
    const uint32_t captured = load_be32(buffer.data() + 4);
    const uint32_t record_bytes = load_be32(buffer.data() + 8);
    return captured <= max_captured_ && record_bytes >= kRecordHeaderBytes + captured &&
           buffer.size() >= record_bytes;
  }

  ReadStatus parse_record(ReaderState& state, PacketBatch& batch) const {
    RecordBuffer& buffer = state.buffer;
    const uint64_t offset = buffer.offset_bytes();
    const auto name = [&] { return fmt::format("packet {}", state.packets + batch.count + 1); };
    if (!buffer.ensure(kRecordHeaderBytes)) return end_or_cut(state, offset);
    const uint8_t* p = buffer.data();
    const uint32_t original = load_be32(p);
    const uint32_t captured = load_be32(p + 4);
    const uint32_t record_bytes = load_be32(p + 8);
    if (captured > max_captured_) {
      return state.corrupt_at(offset, fmt::format("{}: captured length {} exceeds the limit of {}",
                                                  name(), captured, max_captured_));
    }
    if (record_bytes < kRecordHeaderBytes + captured ||
        record_bytes > kRecordHeaderBytes + captured + kMaxPadBytes) {
      if (record_bytes == 0 && original == 0) {
        uint64_t zeros = 0;
        (void)buffer.only_zeros_left(zeros);
        if (buffer.size() == 0) {
          state.padding_bytes = zeros;
          return state.end();
        }
      }
      return state.corrupt_at(offset, fmt::format("{}: record of {} bytes holds {} captured bytes",
                                                  name(), record_bytes, captured));
    }
    if (!buffer.ensure(record_bytes))
      return state.cut_at(offset, fmt::format("{}: record of {} bytes", name(), record_bytes));
    p = buffer.data();
    constexpr uint32_t kMicrosPerSecond = 1'000'000;
    const uint32_t micros = load_be32(p + 20);
    PacketView& view = batch.packets[batch.count++];
    view = {};
    view.data = p + kRecordHeaderBytes;
    view.time = capture_time(int64_t{load_be32(p + 16)} * 1'000'000'000 +
                             fraction_units(micros, kMicrosPerSecond) * 1000);
    view.offset_bytes = offset;
    view.captured_bytes = captured;
    view.original_bytes = original;
    view.flags = micros >= kMicrosPerSecond ? PacketView::kCarriedFraction : 0;
    buffer.consume(record_bytes);
    return ReadStatus::kPacket;
  }

  static ReadStatus end_or_cut(ReaderState& state, uint64_t offset) {
    RecordBuffer& buffer = state.buffer;
    uint64_t zeros = 0;
    (void)buffer.only_zeros_left(zeros);
    if (buffer.size() > 0) return state.cut_at(offset, "record header");
    state.padding_bytes = zeros;
    return state.end();
  }

  uint32_t max_captured_;
};

}  // namespace

bool is_snoop(const RecordBuffer& buffer) noexcept {
  // Half of the magic is enough: the file ends there, and opening it reports that.
  return buffer.size() >= 4 &&
         std::memcmp(buffer.data(), "snoop\0\0\0", std::min<size_t>(buffer.size(), 8)) == 0;
}

Result<std::unique_ptr<Parser>> open_snoop(ReaderState& state) {
  RecordBuffer& buffer = state.buffer;
  if (!buffer.ensure(kFileHeaderBytes)) {
    if (buffer.error()) return *buffer.error();
    return Error{Errc::kTruncated, 0,
                 fmt::format("the file ends inside its header of {} bytes", kFileHeaderBytes)};
  }
  const uint32_t version = load_be32(buffer.data() + 8);
  if (version != 2)
    return Error{Errc::kUnsupported, 0,
                 fmt::format("snoop version {} is not one that we read (2)", version)};
  const uint32_t datalink = load_be32(buffer.data() + 12);
  const std::optional<uint32_t> link_type = link_type_of(datalink);
  if (!link_type)
    return Error{Errc::kUnsupported, 0,
                 fmt::format("snoop data link type {} has no link type that we know", datalink)};
  state.interfaces.push_back({*link_type, 0});
  buffer.consume(kFileHeaderBytes);
  return std::unique_ptr<Parser>(std::make_unique<SnoopParser>(*link_type));
}

}  // namespace gophercap::capture
