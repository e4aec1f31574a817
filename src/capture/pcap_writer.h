// Writes packets as a nanosecond or microsecond pcap, or as a pcapng.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/file/atomic_file.h"

namespace gophercap::capture {

enum class OutputFormat : uint8_t { kPcapMicros, kPcapNanos, kPcapng };

// One packet to write. `link_type` must be the writer's for pcap; pcapng gets an interface per link
// type.
// What a file can say; bits above it say other things.
inline constexpr uint32_t kLargestLinkType = 0xffff;

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
  io::Sync sync = io::Sync::kNo;
  std::stop_token stop{};  // see io::AtomicFile::create()
};

// The same packets make the same bytes on every run and machine (little-endian, no names, no
// comments). Not thread-safe. Destroyed without close(): no file appears (see AtomicFile).
class PcapWriter {
 public:
  // path "-" = standard output.
  static Result<std::unique_ptr<PcapWriter>> create(const std::string& path,
                                                    const WriterOptions& options);
  virtual ~PcapWriter() = default;

  // Fails with kInvalidArgument if the packet's time can't be written (pcap: before 1970 or after
  // 2106; pcapng: before 1970 and before `earliest`) or its link type is not the file's; with the
  // file's error otherwise. Buffered: an error may belong to an earlier packet.
  virtual Result<> write(const OutputPacket& packet) = 0;
  virtual Result<> flush() = 0;  // everything up to here is handed to the system
  virtual Result<> close() = 0;  // flush, then the file appears under its name
  // What others can read already, whatever follows: of a pipe or a device what the system has
  // taken, of a file nothing before close().
  virtual uint64_t published_bytes() const noexcept = 0;
};

}  // namespace gophercap::capture
