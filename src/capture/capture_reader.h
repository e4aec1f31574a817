// Reads packets out of a capture of any format we know: pcap and its relatives, pcapng, snoop, ERF.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/byte_source.h"
#include "packet/packet_view.h"

namespace gophercap::capture {

enum class Format : uint8_t {
  kUnknown,
  kPcap,
  kPcapNanos,
  kPcapModified,
  kPcapIxia,
  kPcapng,
  kSnoop,
  kErf
};

// "unknown", "pcap", "pcap-ns", "pcap-modified", "pcap-ixia", "pcapng", "snoop", "erf": the words
// of the dump.
std::string_view to_string(Format format) noexcept;

// What a capture says about one of its interfaces. A format with one header for the file has one;
// pcap has one more for each further header in the file that says something else (`cat a.pcap
// b.pcap`).
struct Interface {
  uint32_t link_type = 0;
  uint32_t snap_length = 0;  // 0 = not limited
};

// Whether an error of this kind is the system's refusal (permission, memory, an I/O error), or that
// of the bound that the user set for memory, and says nothing against the bytes that were to be
// read.
bool is_refusal(Errc code) noexcept;

// Where and why reading stopped before the end.
struct Damage {
  uint64_t offset_bytes = 0;  // in the plain bytes: beginning of the record that could not be read
  Errc code = Errc::kCorrupt;
  std::string reason;

  // The system did not let it be read: then nobody is told of damage.
  bool refused() const noexcept { return is_refusal(code); }
};

// What kept the file at `path` from being opened. Where the error names it, the reason does not.
Damage unopened(std::string_view path, const Error& error);

enum class ReadStatus : uint8_t {
  kPacket,     // batch has at least one packet
  kEnd,        // regular end: between two records
  kTruncated,  // the file ends inside a record; damage() has the details
  kCorrupt,    // the bytes contradict the format (or an unsupported variant); damage() has the
               // details
  kFailed,     // the source could not be read (I/O error); damage() has the details
};

// Packets of one read(). Reuse one batch: it is large.
struct PacketBatch {
  static constexpr size_t kCapacity = 256;
  std::array<packet::PacketView, kCapacity> packets;
  size_t count = 0;
};

struct ReaderOptions {
  // Bytes per read of the source. 256 KiB stays in the L2 cache, which is what makes the scan fast
  // (docs/perf.md).
  size_t block_bytes = size_t{256} << 10;
  // Time of packets without a time of their own that come before the first one that has one.
  CaptureTime initial_time{};
};

class Parser;
struct ReaderState;

// Not thread-safe. May be moved between threads between calls.
class CaptureReader {
 public:
  CaptureReader(std::unique_ptr<ReaderState> state, std::unique_ptr<Parser> parser);
  ~CaptureReader();
  CaptureReader(const CaptureReader&) = delete;
  CaptureReader& operator=(const CaptureReader&) = delete;

  // Fills `batch` with the next packets of the file, as many as are at hand. kPacket: 1 to
  // kCapacity packets, whose data stays valid until the next call. Otherwise the batch is empty,
  // and every further call returns the same status.
  ReadStatus read(PacketBatch& batch);

  Format format() const noexcept;
  // Interfaces seen up to now (pcapng and pcap add them while reading); PacketView::interface is an
  // index into it. References stay valid until the next read().
  const std::vector<Interface>& interfaces() const noexcept;
  // pcapng: sections seen up to now; pcap: captures that stand one after the other; otherwise 1.
  uint32_t sections() const noexcept;

  // Set once read() returned kTruncated, kCorrupt or kFailed.
  const std::optional<Damage>& damage() const noexcept;
  // Plain bytes of zeros behind the last packet: padding, neither packets nor damage. Known after
  // kEnd.
  uint64_t padding_bytes() const noexcept;
  // Plain bytes read up to now.
  uint64_t plain_bytes() const noexcept;

 private:
  std::unique_ptr<ReaderState> state_;
  std::unique_ptr<Parser> parser_;
  ReadStatus final_ = ReadStatus::kPacket;  // set once it is something else
};

// Recognizes the format by content and reads the header. Errors: kTruncated (no or only half a
// header), kCorrupt, kUnsupported (not a capture that we know; or a version we do not), or the
// source's own.
Result<std::unique_ptr<CaptureReader>> open_capture(std::unique_ptr<io::ByteSource> source,
                                                    const ReaderOptions& options = {});

}  // namespace gophercap::capture
