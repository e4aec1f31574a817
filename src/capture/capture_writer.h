// CaptureWriter writes packets to a ByteSink, as pcap with nanoseconds or microseconds, or as
// pcapng.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/time.h"
#include "io/byte_sink.h"

namespace gophercap::capture {

enum class OutputFormat : uint8_t { kPcapMicros, kPcapNanos, kPcapng };

// The largest link type number that a file can hold; higher bits of the field have other meanings.
inline constexpr uint32_t kLargestLinkType = 0xffff;

// A packet to write. For pcap, `link_type` must be that of the writer; pcapng gets an interface per
// link type.
struct OutputPacket {
  CaptureTime time{};
  std::span<const uint8_t> data;
  uint32_t original_bytes = 0;
  uint32_t link_type = 1;
};

struct WriterOptions {
  OutputFormat format = OutputFormat::kPcapNanos;
  uint32_t link_type = 1;         // pcap only
  uint32_t snap_length = 262144;  // as written to the header
  // No packet may be earlier. If it is before 1970, a pcapng counts from its second on
  // (if_tsoffset); a pcap cannot hold such times.
  CaptureTime earliest{};
};

// The same packets give the same bytes on every run and machine (little-endian, no names, no
// comments). Not thread-safe. If it is destroyed without close(), bytes that are not published yet
// never appear (see io::ByteSink).
class CaptureWriter {
 public:
  // Fails with kInvalidArgument if a pcap cannot hold the link type.
  static Result<std::unique_ptr<CaptureWriter>> create(std::unique_ptr<io::ByteSink> sink,
                                                       const WriterOptions& options);
  virtual ~CaptureWriter() = default;

  // Fails with kInvalidArgument if the time of the packet cannot be written (pcap: before 1970 or
  // after 2106; pcapng: before 1970 and before `earliest`), or if its link type is not that of the
  // file; otherwise with the error of the sink. Since bytes are buffered, an error may concern an
  // earlier packet.
  virtual Result<> write(const OutputPacket& packet) = 0;
  virtual Result<> close() = 0;  // passes everything to the sink and commits it

  // The size of the capture so far, and how many of its first bytes others can already read,
  // whatever happens next (see io::ByteSink::published_bytes()).
  virtual uint64_t written_bytes() const noexcept = 0;
  virtual uint64_t published_bytes() const noexcept = 0;
};

}  // namespace gophercap::capture
