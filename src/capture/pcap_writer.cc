#include "capture/pcap_writer.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "capture/writer_checks.h"

namespace gophercap::capture {
namespace {

constexpr uint32_t kMagicMicros = 0xa1b2c3d4;
constexpr uint32_t kMagicNanos = 0xa1b23c4d;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr size_t kHeaderBytes = 24;
constexpr size_t kRecordHeaderBytes = 16;

class PcapWriter final : public CaptureWriter {
 public:
  PcapWriter(BufferedOutput output, const WriterOptions& options)
      : output_(std::move(output)), options_(options) {}

  Result<> write_header() {
    std::array<uint8_t, kHeaderBytes> header{};
    const bool nanos = options_.format == OutputFormat::kPcapNanos;
    store_le<uint32_t>(&header[0], nanos ? kMagicNanos : kMagicMicros);
    store_le<uint16_t>(&header[4], 2);
    store_le<uint16_t>(&header[6], 4);
    store_le<uint32_t>(&header[16], announced_snap_length(options_, options_.link_type));
    store_le<uint32_t>(&header[20], options_.link_type);
    return output_.append(header);
  }

  Result<> write(const OutputPacket& packet) override {
    TRY_VOID(check_packet(packet, output_.name()));
    if (packet.link_type != options_.link_type) {
      return Error{Errc::kInvalidArgument, 0,
                   fmt::format("{}: a packet of link type {} does not fit a pcap of link type {}",
                               output_.name(), packet.link_type, options_.link_type)};
    }
    const int64_t ns = ns_of(packet.time);
    if (ns < 0 || ns / kNanosPerSecond > std::numeric_limits<uint32_t>::max()) {
      return unwritable_time(packet.time, "a pcap holds 1970 to 2106", output_.name());
    }
    const int64_t unit = options_.format == OutputFormat::kPcapNanos ? 1 : 1000;
    std::array<uint8_t, kRecordHeaderBytes> header;
    store_le(&header[0], static_cast<uint32_t>(ns / kNanosPerSecond));
    store_le(&header[4], static_cast<uint32_t>(ns % kNanosPerSecond / unit));
    store_le(&header[8], static_cast<uint32_t>(packet.data.size()));
    store_le(&header[12], packet.original_bytes);
    TRY_VOID(output_.append(header));
    return output_.append(packet.data);
  }

  uint64_t written_bytes() const noexcept override { return output_.written_bytes(); }
  uint64_t published_bytes() const noexcept override { return output_.published_bytes(); }
  Result<> close() override { return output_.commit(); }

 private:
  BufferedOutput output_;
  WriterOptions options_;
};

}  // namespace

Result<std::unique_ptr<CaptureWriter>> create_pcap_writer(BufferedOutput output,
                                                          const WriterOptions& options) {
  auto writer = std::make_unique<PcapWriter>(std::move(output), options);
  TRY_VOID(writer->write_header());
  return std::unique_ptr<CaptureWriter>(std::move(writer));
}

}  // namespace gophercap::capture
