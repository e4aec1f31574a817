#include "capture/pcapng_writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "capture/writer_checks.h"

namespace gophercap::capture {
namespace {

constexpr uint32_t kSectionHeaderBlock = 0x0a0d0d0a;
constexpr uint32_t kInterfaceBlock = 1;
constexpr uint32_t kEnhancedPacketBlock = 6;
constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr uint16_t kOptTsResol = 9;
constexpr uint16_t kOptTsOffset = 14;
constexpr uint8_t kNanoseconds = 9;
constexpr uint64_t kNanosPerSecond = 1'000'000'000;
constexpr size_t kEnhancedHeaderBytes = 28;

class PcapngWriter final : public CaptureWriter {
 public:
  PcapngWriter(BufferedOutput output, const WriterOptions& options)
      : output_(std::move(output)),
        options_(options),
        offset_s_(std::min<int64_t>(
            0, std::chrono::floor<std::chrono::seconds>(options.earliest.time_since_epoch())
                   .count())) {}

  Result<> write_section_header() {
    std::array<uint8_t, 28> block{};
    store_le(&block[0], kSectionHeaderBlock);
    store_le<uint32_t>(&block[4], block.size());
    store_le(&block[8], kByteOrderMagic);
    store_le<uint16_t>(&block[12], 1);
    store_le<uint64_t>(&block[16], ~uint64_t{0});  // unknown length, because the file is never
                                                   // rewound
    store_le<uint32_t>(&block[24], block.size());
    return output_.append(block);
  }

  Result<> write(const OutputPacket& packet) override {
    TRY_VOID(check_packet(packet, output_.name()));
    const bool after_1970 = packet.time >= capture_time(0);
    const uint64_t ns = static_cast<uint64_t>(ns_of(packet.time)) -
                        static_cast<uint64_t>(offset_s_) * kNanosPerSecond;
    const bool wrapped = after_1970 && ns < static_cast<uint64_t>(ns_of(packet.time));
    if (wrapped || (!after_1970 && packet.time < options_.earliest)) {
      return unwritable_time(
          packet.time,
          after_1970 ? "it is too far from the earliest one" : "a pcapng begins in 1970",
          output_.name());
    }
    TRY(const uint32_t interface, interface_of(packet.link_type));

    const auto captured = static_cast<uint32_t>(packet.data.size());
    const uint32_t padding = (4 - captured % 4) % 4;
    const uint32_t total = uint32_t{kEnhancedHeaderBytes} + captured + padding + 4;
    std::array<uint8_t, kEnhancedHeaderBytes> header;
    store_le(&header[0], kEnhancedPacketBlock);
    store_le(&header[4], total);
    store_le(&header[8], interface);
    store_le(&header[12], static_cast<uint32_t>(ns >> 32));
    store_le(&header[16], static_cast<uint32_t>(ns));
    store_le(&header[20], captured);
    store_le(&header[24], packet.original_bytes);
    TRY_VOID(output_.append(header));
    TRY_VOID(output_.append(packet.data));

    std::array<uint8_t, 8> end{};  // up to three bytes of padding, then the length again
    store_le(&end[padding], total);
    return output_.append(std::span(end).first(padding + 4));
  }

  uint64_t written_bytes() const noexcept override { return output_.written_bytes(); }
  uint64_t published_bytes() const noexcept override { return output_.published_bytes(); }

  Result<> close() override {
    // libpcap rejects a file without interfaces, so a file without packets gets one.
    if (link_types_.empty()) TRY_VOID(interface_of(options_.link_type));
    return output_.commit();
  }

 private:
  // Returns the interface for a link type. It is written to the file before its first packet.
  Result<uint32_t> interface_of(uint32_t link_type) {
    const auto known = std::find(link_types_.begin(), link_types_.end(), link_type);
    const auto index = static_cast<uint32_t>(known - link_types_.begin());
    if (known != link_types_.end()) return index;

    std::array<uint8_t, 44> block{};
    const size_t bytes = offset_s_ == 0 ? 32 : block.size();
    store_le(&block[0], kInterfaceBlock);
    store_le(&block[4], static_cast<uint32_t>(bytes));
    store_le(&block[8], static_cast<uint16_t>(link_type));
    store_le(&block[12], announced_snap_length(options_, link_type));
    store_le(&block[16], kOptTsResol);
    store_le<uint16_t>(&block[18], 1);
    block[20] = kNanoseconds;
    if (offset_s_ != 0) {
      store_le(&block[24], kOptTsOffset);
      store_le<uint16_t>(&block[26], 8);
      store_le(&block[28], offset_s_);
    }
    // opt_endofopt, four zeros, comes before the length.
    store_le(&block[bytes - 4], static_cast<uint32_t>(bytes));
    TRY_VOID(output_.append(std::span(block).first(bytes)));
    link_types_.push_back(link_type);
    return index;
  }

  BufferedOutput output_;
  WriterOptions options_;
  int64_t offset_s_;                  // the base of all times, not above 0
  std::vector<uint32_t> link_types_;  // link types of the interfaces by index; there are few, so a
                                      // linear search is enough
};

}  // namespace

Result<std::unique_ptr<CaptureWriter>> create_pcapng_writer(BufferedOutput output,
                                                            const WriterOptions& options) {
  auto writer = std::make_unique<PcapngWriter>(std::move(output), options);
  TRY_VOID(writer->write_section_header());
  return std::unique_ptr<CaptureWriter>(std::move(writer));
}

}  // namespace gophercap::capture
