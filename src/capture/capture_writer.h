// CaptureWriter: packets to a ByteSink, as a nanosecond or microsecond pcap or as a pcapng.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/time.h"
#include "io/byte_sink.h"

namespace gophercap::capture {

enum class OutputFormat : uint8_t { kPcapMicros, kPcapNanos, kPcapng };

// The largest number of a link type that a file can hold: bits above it say other things.
inline constexpr uint32_t kLargestLinkType = 0xffff;

// One packet to write. `link_type` must be the writer's for pcap; pcapng gets an interface per link
// type.
struct OutputPacket {
  CaptureTime time{};
  std::span<const uint8_t> data;
  uint32_t original_bytes = 0;
  uint32_t link_type = 1;
};

struct WriterOptions {
  OutputFormat format = OutputFormat::kPcapNanos;
  uint32_t link_type = 1;         // pcap only
  uint32_t snap_length = 262144;  // written to the header
  // No packet will be earlier. Before 1970 it makes a pcapng that counts from its second on
  // (if_tsoffset); a pcap can't hold such times.
  CaptureTime earliest{};
};

// The same packets make the same bytes on every run and machine (little-endian, no names, no
// comments). Not thread-safe. Destroyed without close(): what is not published never appears (see
// io::ByteSink).
class CaptureWriter {
 public:
  // Fails with kInvalidArgument if a pcap can't hold the link type.
  static Result<std::unique_ptr<CaptureWriter>> create(std::unique_ptr<io::ByteSink> sink,
                                                       const WriterOptions& options);
  virtual ~CaptureWriter() = default;

  // Fails with kInvalidArgument if the packet's time can't be written (pcap: before 1970 or after
  // 2106; pcapng: before 1970 and before `earliest`) or its link type is not the file's; with the
  // sink's error otherwise. Buffered: an error may belong to an earlier packet.
  virtual Result<> write(const OutputPacket& packet) = 0;
  virtual Result<> close() = 0;  // all goes to the sink, which is committed

  // The size of the capture up to now, and how much of its front others can read already, whatever
  // follows (see io::ByteSink::published_bytes()).
  virtual uint64_t written_bytes() const noexcept = 0;
  virtual uint64_t published_bytes() const noexcept = 0;
};

}  // namespace gophercap::capture
