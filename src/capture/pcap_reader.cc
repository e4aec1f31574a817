// pcap (draft-ietf-opsawg-pcap) and its variants: microseconds, nanoseconds, "modified" (Kuznetzov)
// records, IXIA.
#include "capture/pcap_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
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
    // The patched libpcap of A. Kuznetzov has eight more bytes per record: interface index,
    // protocol, packet type.
    Variant{0xa1b2cd34, Format::kPcapModified, 1000, 1'000'000, 24, 0},
    // IXIA's capture appliances: hardware time stamps in nanoseconds, software time stamps in
    // microseconds. The file header is followed by the size of all records, which is skipped
    // because it is wrong in files that are still being written.
    Variant{0x1c0001ac, Format::kPcapIxia, 1, 1'000'000'000, 16, 4},
    Variant{0x1c0001ab, Format::kPcapIxia, 1000, 1'000'000, 16, 4},
};

struct Recognized {
  Variant variant;
  bool swapped;
};

bool is_known_version(uint32_t major, uint32_t minor) noexcept {
  return (major == 2 && minor <= 4) || (major == 543 && minor == 0);
}

std::optional<Recognized> recognize(const uint8_t* p) noexcept {
  const uint32_t magic = load_le32(p);
  for (const Variant& variant : kVariants) {
    if (magic == variant.magic) return Recognized{variant, false};
    if (byte_swap(magic) == variant.magic) return Recognized{variant, true};
  }
  return std::nullopt;
}

// Returns whether the 16 bytes at `p` look like a file header inside a file: magic, version, and
// zeros where they are required. As a record they would be an empty packet of 1984, 2055 or 2083.
bool begins_file_header(const uint8_t* p) noexcept {
  if (load_le64(p + 8) != 0) return false;  // zone and accuracy
  const std::optional<Recognized> found = recognize(p);
  if (!found) return false;
  const ByteOrder order{found->swapped};
  return is_known_version(order.load16(p + 4), order.load16(p + 6));
}

// Checks all 24 bytes at `p`. If they were a record, its time would be followed by a record whose
// seconds, at the position of the snap length, are beyond 2038.
bool is_file_header(const uint8_t* p) noexcept {
  if (!begins_file_header(p)) return false;
  constexpr uint32_t kUnlimited = 0xffffffff;
  const ByteOrder order{recognize(p)->swapped};
  const uint32_t snap_length = order.load32(p + 16);
  const uint32_t network = order.load32(p + 20);
  return (snap_length <= 0x7fffffff || snap_length == kUnlimited) && (network & 0x03ff0000u) == 0;
}

// The order of the two length fields of a record. Old writers swapped them (SPEC 3, libpcap
// sf-pcap.c).
enum class LengthOrder : uint8_t { kCapturedFirst, kOriginalFirst, kLargerIsOriginal };

struct Header {
  Variant variant;
  bool swapped;
  LengthOrder length_order;
  uint32_t link_type;
  uint32_t fcs_bytes;
  uint32_t snap_length;

  size_t bytes() const noexcept { return kFileHeaderBytes + variant.extra_file_header_bytes; }
};

// Parses the header at the front of the buffer, which has the magic. Consumes nothing.
Result<Header> read_header(ReaderState& state) {
  Header header{};
  const Recognized found = *recognize(state.buffer.data());
  header.variant = found.variant;
  header.swapped = found.swapped;
  if (!state.buffer.ensure(header.bytes())) {
    if (state.buffer.error()) return *state.buffer.error();
    return Error{Errc::kTruncated, 0,
                 fmt::format("the file ends inside its header of {} bytes", header.bytes())};
  }
  const uint8_t* p = state.buffer.data();
  const ByteOrder order{found.swapped};
  const uint32_t major = order.load16(p + 4);
  const uint32_t minor = order.load16(p + 6);
  if (!is_known_version(major, minor)) {
    return Error{Errc::kUnsupported, 0,
                 fmt::format("pcap version {}.{} is not one that we read (2.0 to 2.4, 543.0)",
                             major, minor)};
  }
  header.length_order = LengthOrder::kCapturedFirst;
  if (major == 543 || minor < 3) {
    header.length_order = LengthOrder::kOriginalFirst;
  } else if (minor == 3) {
    header.length_order = LengthOrder::kLargerIsOriginal;
  }
  // The upper bits of the link type field: if bit 26 is set, bits 28 to 31 are the length of the
  // FCS in 16-bit words.
  const uint32_t network = order.load32(p + 20);
  header.fcs_bytes = (network & 0x04000000u) != 0 ? (network >> 28) * 2 : 0;
  header.link_type = network & 0x03ffffffu;
  header.snap_length = order.load32(p + 16);
  return header;
}

class PcapParser final : public Parser {
 public:
  explicit PcapParser(const Header& header)
      : format_(header.variant.format),
        header_(header),
        max_captured_(packet::max_captured_bytes(header.link_type)) {}

  ReadStatus parse(ReaderState& state, PacketBatch& batch) override;
  Format format() const noexcept override { return format_; }

 private:
  template <bool kSwapped, bool kCommon>
  void parse_buffered(ReaderState& state, PacketBatch& batch) const noexcept;
  ReadStatus parse_slowly(ReaderState& state);
  ReadStatus begin_next_capture(ReaderState& state);
  // Returns whether something other than a packet may begin at `p`: zeros, or the header of another
  // capture. At least a record header of the `left` bytes is available.
  [[gnu::noinline]] bool needs_thought(const uint8_t* p, size_t left) const noexcept {
    if (load_le64(p) == 0) return is_zero_header(p);
    return left < kFileHeaderBytes ? begins_file_header(p) : is_file_header(p);
  }
  // Checks the rest of a header whose first 16 bytes are zeros: "modified" records have 8 more
  // bytes.
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

  const Format format_;  // of the first capture
  Header header_;        // of the current capture
  uint32_t interface_ = 0;
  uint32_t max_captured_;
  // Interfaces by link type and snap length, because most of the captures in a file with a hundred
  // thousand of them have the same. Empty while there is only one capture.
  std::unordered_map<uint64_t, uint32_t> interfaces_;
  // All-zero records that turned out not to be padding because something follows them. They are
  // returned before reading on.
  uint64_t zero_records_ = 0;
  uint64_t zero_offset_bytes_ = 0;
};

// This loop determines the speed of `map`. It handles everything that is completely in the buffer,
// without calls or allocations, and stops before anything special: an incomplete record, one that
// is too long, or all zeros. kCommon means today's order of lengths and no frame check sequence, as
// in nearly every file.
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
  const uint32_t interface = interface_;
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
    if ((captured | original) == 0 && needs_thought(p, static_cast<size_t>(end - p))) [[unlikely]]
      break;
    PacketView& view = batch.packets[count++];
    view.data = p + header_bytes;
    view.time = capture_time(static_cast<int64_t>(seconds) * 1'000'000'000 +
                             fraction_units(fraction, fraction_limit) * fraction_ns);
    view.offset_bytes = base_offset + static_cast<uint64_t>(p - begin);
    view.captured_bytes = captured;
    view.original_bytes = original;
    view.interface = interface;
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
    view.interface = interface_;
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

// Brings the next record completely into the buffer, or returns why this is impossible. kPacket
// means to try the buffer again.
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
    // After the zeros comes half a header that is not zeros. So the zeros are records, and the file
    // is cut off after them. The source has ended, so this case occurs again after the records were
    // returned.
  }
  if (zeros > 0) {
    zero_records_ = zeros / header_bytes;
    zero_offset_bytes_ = offset;
    return ReadStatus::kPacket;
  }
  if (begins_file_header(buffer.data())) {
    if (!buffer.ensure(kFileHeaderBytes))
      return state.cut_at(offset, "the file header of another capture");
    if (is_file_header(buffer.data())) return begin_next_capture(state);
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

// Another capture follows, as after `cat a.pcap b.pcap`.
ReadStatus PcapParser::begin_next_capture(ReaderState& state) {
  const uint64_t offset = state.buffer.offset_bytes();
  const Result<Header> header = read_header(state);
  if (!header) return state.cut_at(offset, "the file header of another capture");
  const auto key = [](uint32_t link_type, uint32_t snap_length) {
    return uint64_t{link_type} << 32 | snap_length;
  };
  if (interfaces_.empty()) interfaces_[key(header_.link_type, header_.snap_length)] = 0;
  const auto [known, is_new] = interfaces_.try_emplace(
      key(header->link_type, header->snap_length), static_cast<uint32_t>(state.interfaces.size()));
  if (is_new) {
    if (state.interfaces.size() == kMaxInterfaces) {
      return state.corrupt_at(
          offset,
          fmt::format("more link types and snap lengths than the limit of {}", kMaxInterfaces));
    }
    state.interfaces.push_back({header->link_type, header->snap_length});
  }
  header_ = *header;
  interface_ = known->second;
  max_captured_ = packet::max_captured_bytes(header_.link_type);
  ++state.sections;
  state.buffer.consume(header_.bytes());
  return ReadStatus::kPacket;
}

}  // namespace

bool is_pcap(const RecordBuffer& buffer) noexcept {
  return buffer.size() >= 4 && recognize(buffer.data()).has_value();
}

Result<std::unique_ptr<Parser>> open_pcap(ReaderState& state) {
  TRY(const Header header, read_header(state));
  state.interfaces.push_back({header.link_type, header.snap_length});
  state.buffer.consume(header.bytes());
  return std::unique_ptr<Parser>(std::make_unique<PcapParser>(header));
}

}  // namespace gophercap::capture
