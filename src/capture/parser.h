// Internals of CaptureReader: a Parser per format, and the state that all of them share.
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
  uint64_t packets = 0;   // packets returned so far; used to number packets in messages
  CaptureTime last_time;  // inherited by packets without a time
  uint64_t padding_bytes = 0;
  std::optional<Damage> damage;

  // Ends reading because the file ends inside something that begins at `offset_bytes`; `what` names
  // it ("packet 17: record header"). If the source has failed, its error is the reason instead.
  ReadStatus cut_at(uint64_t offset_bytes, std::string what);
  ReadStatus corrupt_at(uint64_t offset_bytes, std::string reason, Errc code = Errc::kCorrupt);
  // Ends reading at a regular end, unless the source has failed.
  ReadStatus end();

  std::string next_packet() const { return "packet " + std::to_string(packets + 1); }
};

class Parser {
 public:
  virtual ~Parser() = default;
  // Like CaptureReader::read(), but not called again after the end.
  virtual ReadStatus parse(ReaderState& state, PacketBatch& batch) = 0;
  virtual Format format() const noexcept = 0;
};

// In all sections or captures of a file together. Each interface uses memory until the end, and a
// compressed file may contain any number.
inline constexpr size_t kMaxInterfaces = size_t{1} << 20;

// Returns the intended fraction of a second, which may be more than one second. Writers that
// subtract without borrowing leave a negative one (SPEC 3). `per_second` is the number of units in
// a second.
inline int64_t fraction_units(uint32_t fraction, uint32_t per_second) noexcept {
  return fraction > 0u - per_second ? int64_t{static_cast<int32_t>(fraction)} : int64_t{fraction};
}

// Returns how many captured bytes belong to a frame check sequence of `fcs_bytes` at the end of the
// original packet.
inline uint8_t captured_fcs_bytes(uint32_t fcs_bytes, uint32_t captured,
                                  uint32_t original) noexcept {
  if (fcs_bytes == 0) return 0;
  const uint32_t missing = original > captured ? original - captured : 0;
  if (missing >= fcs_bytes) return 0;
  return static_cast<uint8_t>(std::min(fcs_bytes - missing, captured));
}

}  // namespace gophercap::capture
