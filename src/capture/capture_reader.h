// Reads packets from captures of all supported formats: pcap and its variants, pcapng, snoop, ERF.
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
#include "base/words.h"
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

// As used in dumps.
constexpr auto words_of(Format) noexcept {
  return std::to_array<Word<Format>>({{Format::kUnknown, "unknown"},
                                      {Format::kPcap, "pcap"},
                                      {Format::kPcapNanos, "pcap-ns"},
                                      {Format::kPcapModified, "pcap-modified"},
                                      {Format::kPcapIxia, "pcap-ixia"},
                                      {Format::kPcapng, "pcapng"},
                                      {Format::kSnoop, "snoop"},
                                      {Format::kErf, "erf"}});
}

// An interface that a capture describes. A format with one header per file has one interface. pcap
// has one more for each further file header with other values (`cat a.pcap b.pcap`).
struct Interface {
  uint32_t link_type = 0;
  uint32_t snap_length = 0;  // 0: no limit
};

// Returns whether an error of this kind means that the system (permission, memory, an I/O error) or
// the user's memory limit prevented reading. Such an error does not mean that the file is damaged.
bool is_refusal(Errc code) noexcept;

// Where and why reading stopped before the end.
struct Damage {
  uint64_t offset_bytes = 0;  // where the record that could not be read begins, in the plain bytes
  Errc code = Errc::kCorrupt;
  std::string reason{};
  Cause cause = Cause::kOther;

  // True if the system refused reading; this must not be reported as damage.
  bool refused() const noexcept { return is_refusal(code); }
  Error error() const { return {code, 0, reason, cause}; }
};

Damage damage_at(uint64_t offset_bytes, const Error& error);

// Describes why the file at `path` could not be opened. If the error begins with the path, the
// reason does not repeat it.
Damage unopened(std::string_view path, const Error& error);

// Fails if `path` was not read to its end because memory was short. That is not damage of the file,
// and ends the run.
Result<> check_memory(const std::optional<Damage>& damage, std::string_view path);

enum class ReadStatus : uint8_t {
  kPacket,     // the batch has at least one packet
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
  // Bytes per read of the source. 256 KiB fit into the L2 cache, which makes the scan fast
  // (docs/perf.md).
  size_t block_bytes = size_t{256} << 10;
  // The time of packets without a time stamp that come before the first one with a time stamp.
  CaptureTime initial_time{};
};

class Parser;
struct ReaderState;

// Not thread-safe, but different threads may take turns.
class CaptureReader {
 public:
  CaptureReader(std::unique_ptr<ReaderState> state, std::unique_ptr<Parser> parser);
  ~CaptureReader();
  CaptureReader(const CaptureReader&) = delete;
  CaptureReader& operator=(const CaptureReader&) = delete;

  // Fills `batch` with the next available packets. kPacket: the batch has 1 to kCapacity packets,
  // whose data stays valid until the next call. With any other status the batch is empty, and every
  // further call returns the same status.
  ReadStatus read(PacketBatch& batch);

  Format format() const noexcept;
  // The interfaces found so far (pcapng and pcap add some while reading); PacketView::interface is
  // an index into them. References stay valid until the next read().
  const std::vector<Interface>& interfaces() const noexcept;
  // pcapng: number of sections so far. pcap: number of concatenated captures so far. Otherwise 1.
  uint32_t sections() const noexcept;

  // Set after read() has returned kTruncated, kCorrupt or kFailed.
  const std::optional<Damage>& damage() const noexcept;
  // Number of plain zero bytes after the last packet. They are padding, neither packets nor damage.
  // Valid after kEnd.
  uint64_t padding_bytes() const noexcept;
  // Number of plain bytes read so far.
  uint64_t plain_bytes() const noexcept;

 private:
  std::unique_ptr<ReaderState> state_;
  std::unique_ptr<Parser> parser_;
  ReadStatus final_ = ReadStatus::kPacket;  // set once the status is not kPacket
};

// Recognizes the format by content and reads the header. Errors: kTruncated (the header is missing
// or incomplete), kCorrupt, kUnsupported (not a known capture format, or an unknown version), those
// of the source.
Result<std::unique_ptr<CaptureReader>> open_capture(std::unique_ptr<io::ByteSource> source,
                                                    const ReaderOptions& options = {});

}  // namespace gophercap::capture
