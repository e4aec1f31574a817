// Inside of CaptureReader: one Parser per format, working on a state that is the same for all of
// them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/capture_reader.h"
#include "capture/record_buffer.h"

namespace gophercap::capture {

struct ReaderState {
  ReaderState(std::unique_ptr<io::ByteSource> source, const ReaderOptions& options)
      : buffer(std::move(source), options.block_bytes), last_time(options.initial_time) {}

  RecordBuffer buffer;
  std::vector<Interface> interfaces;
  uint32_t sections = 1;
  uint64_t packets = 0;   // delivered up to now: numbers packets in messages
  CaptureTime last_time;  // what a packet without a time inherits
  uint64_t padding_bytes = 0;
  std::optional<Damage> damage;

  // The file ends or breaks at `offset_bytes`, where something was expected that is not all there.
  // If the source failed, that is the reason; otherwise `what` is ("packet 17: record header").
  ReadStatus cut_at(uint64_t offset_bytes, std::string what);
  ReadStatus corrupt_at(uint64_t offset_bytes, std::string reason, Errc code = Errc::kCorrupt);
  // The regular end, unless the source failed.
  ReadStatus end();

  std::string next_packet() const { return "packet " + std::to_string(packets + 1); }
};

class Parser {
 public:
  virtual ~Parser() = default;
  // As CaptureReader::read(), but called once after the end only.
  virtual ReadStatus parse(ReaderState& state, PacketBatch& batch) = 0;
  virtual Format format() const noexcept = 0;
};

// Of all sections, or captures, of a file together. Each costs memory for good, and a compressed
// file may hold any number.
inline constexpr size_t kMaxInterfaces = size_t{1} << 20;

// The fraction of a second as it is meant, which may be more than one: writers that subtract
// without a borrow leave a negative one (SPEC 3). `per_second`: units that make a second.
inline int64_t fraction_units(uint32_t fraction, uint32_t per_second) noexcept {
  return fraction > 0u - per_second ? int64_t{static_cast<int32_t>(fraction)} : int64_t{fraction};
}

// Of a frame check sequence of `fcs_bytes` at the end of the original packet: the bytes that were
// captured.
inline uint8_t captured_fcs_bytes(uint32_t fcs_bytes, uint32_t captured,
                                  uint32_t original) noexcept {
  if (fcs_bytes == 0) return 0;
  const uint32_t missing = original > captured ? original - captured : 0;
  if (missing >= fcs_bytes) return 0;
  return static_cast<uint8_t>(std::min(fcs_bytes - missing, captured));
}

// Each reads the format's header from state.buffer, which stands at the file's beginning.
Result<std::unique_ptr<Parser>> open_pcap(ReaderState& state);
Result<std::unique_ptr<Parser>> open_pcapng(ReaderState& state);
Result<std::unique_ptr<Parser>> open_snoop(ReaderState& state);
Result<std::unique_ptr<Parser>> open_erf(ReaderState& state);

// Do the bytes at the buffer's front look like that format? Nothing is consumed.
bool is_pcap(const RecordBuffer& buffer) noexcept;
bool is_pcapng(const RecordBuffer& buffer) noexcept;
bool is_snoop(const RecordBuffer& buffer) noexcept;
bool is_erf(RecordBuffer& buffer);  // reads as far as it needs to judge

}  // namespace gophercap::capture
