// pcap (draft-ietf-opsawg-pcap) and its relatives: microseconds, nanoseconds, "modified"
// (Kuznetzov) records, IXIA.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "capture/parser.h"
#include "packet/link_type.h"

namespace gophercap::capture {
namespace {

using packet::PacketView;

constexpr size_t kFileHeaderBytes = 24;

struct Variant {
  uint32_t magic;
  Format format;
  uint32_t fraction_ns;     // nanoseconds per unit of the fraction field
  uint32_t fraction_limit;  // units per second
  uint8_t record_header_bytes;
  uint8_t extra_file_header_bytes;
};

constexpr std::array kVariants = {
    Variant{0xa1b2c3d4, Format::kPcap, 1000, 1'000'000, 16, 0},
    Variant{0xa1b23c4d, Format::kPcapNanos, 1, 1'000'000'000, 16, 0},
    // The patched libpcap of A. Kuznetzov: eight more bytes a record (interface index, protocol,
    // packet type).
    Variant{0xa1b2cd34, Format::kPcapModified, 1000, 1'000'000, 24, 0},
    // IXIA's capture appliances: hardware stamps in nanoseconds, software stamps in microseconds;
    // the file header is followed by the size of all records, which files still being written get
    // wrong, so it is passed over.
    Variant{0x1c0001ac, Format::kPcapIxia, 1, 1'000'000'000, 16, 4},
    Variant{0x1c0001ab, Format::kPcapIxia, 1000, 1'000'000, 16, 4},
};

struct Recognized {
  Variant variant;
  bool swapped;
};

std::optional<Recognized> recognize(const uint8_t* p) noexcept {
  const uint32_t magic = load_le32(p);
  for (const Variant& variant : kVariants) {
    if (magic == variant.magic) return Recognized{variant, false};
    if (byte_swap(magic) == variant.magic) return Recognized{variant, true};
  }
  return std::nullopt;
}

// How the two length fields of a record stand; old writers had them the other way round (SPEC 3,
// libpcap sf-pcap.c).
enum class LengthOrder : uint8_t { kCapturedFirst, kOriginalFirst, kLargerIsOriginal };

class PcapParser final : public Parser {
 public:
  struct Header {
    Variant variant;
    bool swapped;
    LengthOrder length_order;
    uint32_t link_type;
    uint32_t fcs_bytes;
  };
  explicit PcapParser(const Header& header)
      : header_(header), max_captured_(packet::max_captured_bytes(header.link_type)) {}

  ReadStatus parse(ReaderState& state, PacketBatch& batch) override;
  Format format() const noexcept override { return header_.variant.format; }

 private:
  template <bool kSwapped, bool kCommon>
  void parse_buffered(ReaderState& state, PacketBatch& batch) const noexcept;
  ReadStatus parse_slowly(ReaderState& state);
  // The rest of a header whose first 16 bytes are zeros: "modified" records have 8 bytes more.
  bool is_zero_header(const uint8_t* p) const noexcept {
    return header_.variant.record_header_bytes == 16 || load_le64(p + 16) == 0;
  }
  void give_zero_records(PacketBatch& batch) noexcept;
  void lengths(uint32_t& captured, uint32_t& original) const noexcept {
    if (header_.length_order == LengthOrder::kCapturedFirst) [[likely]]
      return;
    if (header_.length_order == LengthOrder::kOriginalFirst || captured > original)
      std::swap(captured, original);
  }

  Header header_;
  uint32_t max_captured_;
  // All-zero records that turned out not to be padding, since something follows them; given out
  // before going on.
  uint64_t zero_records_ = 0;
  uint64_t zero_offset_bytes_ = 0;
};

// The loop that every figure of `map` hangs on: everything that is whole in the buffer, without a
// call or an allocation. Stops in front of whatever needs thought: a record that is not all there,
// too long, or all zeros.
// kCommon: lengths in today's order and no frame check sequence, which is nearly every file.
template <bool kSwapped, bool kCommon>
void PcapParser::parse_buffered(ReaderState& state, PacketBatch& batch) const noexcept {
  const auto load = [](const uint8_t* p) { return kSwapped ? load_be32(p) : load_le32(p); };
  const uint8_t* const begin = state.buffer.data();
  const uint8_t* const end = begin + state.buffer.size();
  const uint8_t* p = begin;
  const uint64_t base_offset = state.buffer.offset_bytes();
  const uint32_t header_bytes = header_.variant.record_header_bytes;
  const uint32_t fraction_limit = header_.variant.fraction_limit;
  const uint32_t fraction_ns = header_.variant.fraction_ns;
  [[maybe_unused]] const uint32_t fcs_bytes = header_.fcs_bytes;
  const uint32_t max_captured = max_captured_;
  size_t count = 0;
  while (count < PacketBatch::kCapacity && static_cast<size_t>(end - p) >= header_bytes) {
    const uint32_t seconds = load(p);
    const uint32_t fraction = load(p + 4);
    uint32_t captured = load(p + 8);
    uint32_t original = load(p + 12);
    if constexpr (!kCommon) lengths(captured, original);
    if (captured > max_captured || static_cast<size_t>(end - p) - header_bytes < captured) break;
    if ((seconds | fraction | captured | original) == 0 && is_zero_header(p)) [[unlikely]]
      break;
    PacketView& view = batch.packets[count++];
    view.data = p + header_bytes;
    view.time = capture_time(static_cast<int64_t>(seconds) * 1'000'000'000 +
                             static_cast<int64_t>(fraction) * fraction_ns);
    view.offset_bytes = base_offset + static_cast<uint64_t>(p - begin);
    view.captured_bytes = captured;
    view.original_bytes = original;
    view.interface = 0;
    view.fcs_bytes = kCommon ? uint8_t{0} : captured_fcs_bytes(fcs_bytes, captured, original);
    view.flags = fraction >= fraction_limit ? PacketView::kCarriedFraction : 0;
    p += header_bytes + captured;
  }
  batch.count = count;
  state.buffer.consume(static_cast<size_t>(p - begin));
}

void PcapParser::give_zero_records(PacketBatch& batch) noexcept {
  static constexpr uint8_t kNoData = 0;
  while (zero_records_ > 0 && batch.count < PacketBatch::kCapacity) {
    PacketView& view = batch.packets[batch.count++];
    view = {};
    view.data = &kNoData;
    view.offset_bytes = zero_offset_bytes_;
    zero_offset_bytes_ += header_.variant.record_header_bytes;
    --zero_records_;
  }
}

ReadStatus PcapParser::parse(ReaderState& state, PacketBatch& batch) {
  for (;;) {
    if (zero_records_ > 0) {
      give_zero_records(batch);
      return ReadStatus::kPacket;
    }
    const bool common =
        header_.length_order == LengthOrder::kCapturedFirst && header_.fcs_bytes == 0;
    if (header_.swapped) {
      common ? parse_buffered<true, true>(state, batch) : parse_buffered<true, false>(state, batch);
    } else {
      common ? parse_buffered<false, true>(state, batch)
             : parse_buffered<false, false>(state, batch);
    }
    if (batch.count > 0) return ReadStatus::kPacket;
    const ReadStatus status = parse_slowly(state);
    if (status != ReadStatus::kPacket) return status;
  }
}

// Brings the next record into the buffer whole, or says why that can't be. kPacket: try the buffer
// again.
ReadStatus PcapParser::parse_slowly(ReaderState& state) {
  RecordBuffer& buffer = state.buffer;
  const size_t header_bytes = header_.variant.record_header_bytes;
  const uint64_t offset = buffer.offset_bytes();
  const uint64_t zeros = buffer.consume_zeros(header_bytes);
  if (!buffer.ensure(header_bytes)) {
    const size_t left = buffer.size();
    if (std::all_of(buffer.data(), buffer.data() + left, [](uint8_t b) { return b == 0; })) {
      state.padding_bytes = zeros + left;
      buffer.consume(left);
      return state.end();
    }
    if (zeros == 0) return state.cut_at(offset, state.next_packet() + ": record header");
    // Zeros, then half a header that is not zeros: the zeros were records, and the file is cut
    // behind them. Nothing of the source is left, so this comes again once the records have been
    // given out.
  }
  if (zeros > 0) {
    zero_records_ = zeros / header_bytes;
    zero_offset_bytes_ = offset;
    return ReadStatus::kPacket;
  }
  const ByteOrder order{header_.swapped};
  uint32_t captured = order.load32(buffer.data() + 8);
  uint32_t original = order.load32(buffer.data() + 12);
  lengths(captured, original);
  if (captured > max_captured_) {
    return state.corrupt_at(offset, fmt::format("{}: captured length {} exceeds the limit of {}",
                                                state.next_packet(), captured, max_captured_));
  }
  if (!buffer.ensure(header_bytes + captured)) {
    return state.cut_at(offset, fmt::format("{}: record of {} bytes", state.next_packet(),
                                            header_bytes + captured));
  }
  return ReadStatus::kPacket;
}

}  // namespace

bool is_pcap(const RecordBuffer& buffer) noexcept {
  return buffer.size() >= 4 && recognize(buffer.data()).has_value();
}

Result<std::unique_ptr<Parser>> open_pcap(ReaderState& state) {
  const Recognized found = *recognize(state.buffer.data());
  const size_t header_bytes = kFileHeaderBytes + found.variant.extra_file_header_bytes;
  if (!state.buffer.ensure(header_bytes)) {
    if (state.buffer.error()) return *state.buffer.error();
    return Error{Errc::kTruncated, 0,
                 fmt::format("the file ends inside its header of {} bytes", header_bytes)};
  }
  const uint8_t* p = state.buffer.data();
  const ByteOrder order{found.swapped};
  const uint32_t major = order.load16(p + 4);
  const uint32_t minor = order.load16(p + 6);
  const bool is_543 = major == 543 && minor == 0;
  if (!is_543 && (major != 2 || minor > 4)) {
    return Error{Errc::kUnsupported, 0,
                 fmt::format("pcap version {}.{} is not one that we read (2.0 to 2.4, 543.0)",
                             major, minor)};
  }
  LengthOrder length_order = LengthOrder::kCapturedFirst;
  if (is_543 || minor < 3) {
    length_order = LengthOrder::kOriginalFirst;
  } else if (minor == 3) {
    length_order = LengthOrder::kLargerIsOriginal;
  }
  // Upper bits of the link type field: if bit 26 is set, bits 28 to 31 hold the length of the FCS
  // in 16-bit words.
  const uint32_t network = order.load32(p + 20);
  const uint32_t fcs_bytes = (network & 0x04000000u) != 0 ? (network >> 28) * 2 : 0;
  const uint32_t link_type = network & 0x03ffffffu;
  state.interfaces.push_back({link_type, order.load32(p + 16)});
  state.buffer.consume(header_bytes);
  return std::unique_ptr<Parser>(std::make_unique<PcapParser>(
      PcapParser::Header{found.variant, found.swapped, length_order, link_type, fcs_bytes}));
}

}  // namespace gophercap::capture
