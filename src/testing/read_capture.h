// Reads a capture to its end and copies everything that the reader returns, so that two ways of
// reading can be compared as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "capture/capture_reader.h"
#include "testing/pcap_builder.h"

namespace gophercap::testing {

struct ReadPacket {
  int64_t time_ns = 0;
  Bytes data{};
  uint32_t original = 0;
  uint32_t interface = 0;
  uint64_t offset_bytes = 0;
  uint8_t fcs_bytes = 0;
  uint8_t flags = 0;
  bool operator==(const ReadPacket&) const = default;
};
std::ostream& operator<<(std::ostream& out, const ReadPacket& packet);

// Everything except plain_bytes, which depends on how far the source was read ahead of a fault.
struct ReadCapture {
  std::optional<Errc> open_error{};  // if set, the other fields are meaningless
  capture::ReadStatus status = capture::ReadStatus::kPacket;
  capture::Format format = capture::Format::kUnknown;
  std::vector<ReadPacket> packets{};
  std::vector<uint32_t> link_types{};  // of the interfaces
  std::vector<uint32_t> snap_lengths{};
  uint32_t sections = 0;
  uint64_t padding_bytes = 0;
  std::optional<uint64_t> damage_offset{};
  std::optional<Errc> damage_code{};
  std::string message{};  // of the damage or of the failure to open
  bool operator==(const ReadCapture&) const = default;
};
std::ostream& operator<<(std::ostream& out, const ReadCapture& capture);

struct HowToRead {
  size_t block_bytes = size_t{64} << 10;
  size_t max_chunk = std::numeric_limits<size_t>::max();  // bytes per read() of the source
  int64_t initial_time_ns = 0;
};

ReadCapture read_capture(const Bytes& bytes, const HowToRead& how = {});
// Also checks what every reader guarantees: offsets increase, lengths stay below their limits, the
// final status stays the same. Fails the running test otherwise.
ReadCapture read_capture(std::unique_ptr<io::ByteSource> source,
                         const capture::ReaderOptions& options);

}  // namespace gophercap::testing
