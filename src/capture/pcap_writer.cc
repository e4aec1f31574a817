#include "capture/pcap_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "capture/buffered_output.h"
#include "capture/pcapng_writer.h"
#include "packet/link_type.h"

namespace gophercap::capture {
namespace {

constexpr uint32_t kMagicMicros = 0xa1b2c3d4;
constexpr uint32_t kMagicNanos = 0xa1b23c4d;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr size_t kHeaderBytes = 24;
constexpr size_t kRecordHeaderBytes = 16;

class ClassicWriter final : public PcapWriter {
 public:
  ClassicWriter(BufferedOutput output, const WriterOptions& options)
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
    TRY_VOID(check_packet(packet, output_.path()));
    if (packet.link_type != options_.link_type) {
      return Error{Errc::kInvalidArgument, 0,
                   fmt::format("{}: a packet of link type {} does not fit a pcap of link type {}",
                               output_.path(), packet.link_type, options_.link_type)};
    }
    const int64_t ns = ns_of(packet.time);
    if (ns < 0 || ns / kNanosPerSecond > std::numeric_limits<uint32_t>::max()) {
      return unwritable_time(packet.time, "a pcap holds 1970 to 2106", output_.path());
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

  Result<> flush() override { return output_.flush(); }
  uint64_t published_bytes() const noexcept override { return output_.published_bytes(); }
  Result<> close() override { return output_.commit(); }

 private:
  BufferedOutput output_;
  WriterOptions options_;
};

}  // namespace

uint32_t announced_snap_length(const WriterOptions& options, uint32_t link_type) noexcept {
  const uint32_t possible = packet::max_captured_bytes(link_type);
  const bool jumbo = possible > packet::max_captured_bytes(packet::kLinkTypeEthernet);
  return jumbo ? std::max(options.snap_length, possible) : options.snap_length;
}

Result<> check_packet(const OutputPacket& packet, const std::string& path) {
  if (packet.link_type > kLargestLinkType) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("{}: link type {} can't be written", path, packet.link_type)};
  }
  const uint32_t limit = packet::max_captured_bytes(packet.link_type);
  if (packet.data.size() > limit) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("{}: a packet of {} bytes can't be written: readers take at most {}",
                             path, packet.data.size(), limit)};
  }
  return {};
}

Error unwritable_time(CaptureTime time, std::string_view range, const std::string& path) {
  return {
      Errc::kInvalidArgument, 0,
      fmt::format("{}: a packet of {} can't be written: {}", path, format_rfc3339(time), range)};
}

Result<std::unique_ptr<PcapWriter>> PcapWriter::create(const std::string& path,
                                                       const WriterOptions& options) {
  const bool classic = options.format != OutputFormat::kPcapng;
  if (classic && options.link_type > kLargestLinkType) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("{}: link type {} can't be written", path, options.link_type)};
  }
  TRY(io::AtomicFile file, io::AtomicFile::create(path, options.sync, options.stop));
  BufferedOutput output(std::move(file));
  if (!classic) return create_pcapng_writer(std::move(output), options);
  auto writer = std::make_unique<ClassicWriter>(std::move(output), options);
  TRY_VOID(writer->write_header());
  return std::unique_ptr<PcapWriter>(std::move(writer));
}

}  // namespace gophercap::capture
