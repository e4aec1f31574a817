// Common code of the fuzz targets for capture readers. The first two bytes of an input choose the
// pieces in which the rest is read. Reading it in one piece must give the same result.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "capture/capture_reader.h"
#include "packet/link_type.h"

namespace gophercap::fuzz {

inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

class PieceSource final : public io::ByteSource {
 public:
  PieceSource(std::span<const uint8_t> bytes, size_t max_chunk)
      : bytes_(bytes), max_chunk_(max_chunk) {}
  Result<size_t> read(std::span<uint8_t> out) override {
    const size_t count = std::min({out.size(), max_chunk_, bytes_.size()});
    if (count > 0) std::memcpy(out.data(), bytes_.data(), count);
    bytes_ = bytes_.subspan(count);
    return count;
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t max_chunk_;
};

struct Outcome {
  bool opened = false;
  capture::Format format = capture::Format::kUnknown;
  capture::ReadStatus status = capture::ReadStatus::kPacket;
  uint64_t digest = 1469598103934665603u;  // of everything returned (FNV-1a)
  uint64_t packets = 0;
  std::string message{};
  bool operator==(const Outcome&) const = default;

  void add(uint64_t value) { digest = (digest ^ value) * 1099511628211u; }
};

inline void add_packet(Outcome& outcome, const capture::CaptureReader& reader,
                       const packet::PacketView& p) {
  require(p.interface < reader.interfaces().size());
  require(p.captured_bytes <=
          packet::max_captured_bytes(reader.interfaces()[p.interface].link_type));
  require(p.fcs_bytes <= p.captured_bytes);
  for (uint32_t i = 0; i < p.captured_bytes; ++i) outcome.add(p.data[i]);
  outcome.add(static_cast<uint64_t>(ns_of(p.time)));
  outcome.add(p.offset_bytes);
  outcome.add(p.captured_bytes);
  outcome.add(p.original_bytes);
  outcome.add(uint64_t{p.interface} << 16 | uint64_t{p.fcs_bytes} << 8 | p.flags);
}

inline Outcome read_all(std::span<const uint8_t> bytes, size_t max_chunk, size_t block_bytes) {
  Outcome outcome;
  auto opened = capture::open_capture(std::make_unique<PieceSource>(bytes, max_chunk),
                                      {block_bytes, capture_time(42)});
  if (!opened) {
    require(!opened.error().what.empty());
    outcome.message = opened.error().what;
    return outcome;
  }
  outcome.opened = true;
  capture::CaptureReader& reader = **opened;
  static capture::PacketBatch batch;  // large
  uint64_t data_bytes = 0;
  uint64_t next_offset = 0;
  while ((outcome.status = reader.read(batch)) == capture::ReadStatus::kPacket) {
    require(batch.count > 0 && batch.count <= capture::PacketBatch::kCapacity);
    for (size_t i = 0; i < batch.count; ++i) {
      const packet::PacketView& p = batch.packets[i];
      require(p.offset_bytes >= next_offset);
      next_offset = p.offset_bytes + 1;
      data_bytes += p.captured_bytes;
      add_packet(outcome, reader, p);
    }
    outcome.packets += batch.count;
    require(outcome.packets <= bytes.size() / 16 && data_bytes <= bytes.size());
  }
  require(batch.count == 0 && reader.read(batch) == outcome.status);
  require(outcome.status != capture::ReadStatus::kFailed);  // the source can't
  require(reader.damage().has_value() == (outcome.status != capture::ReadStatus::kEnd));
  if (outcome.status == capture::ReadStatus::kEnd) require(reader.plain_bytes() == bytes.size());
  outcome.format = reader.format();
  outcome.add(reader.padding_bytes());
  outcome.add(reader.sections());
  for (const capture::Interface& interface : reader.interfaces())
    outcome.add(uint64_t{interface.link_type} << 32 | interface.snap_length);
  if (reader.damage()) {
    require(reader.damage()->offset_bytes < bytes.size());
    outcome.add(reader.damage()->offset_bytes);
    outcome.message = reader.damage()->reason;
  }
  return outcome;
}

// Inputs of other formats are left to their own targets.
inline void capture_input(const uint8_t* data, size_t size,
                          std::initializer_list<capture::Format> formats) {
  if (size < 2) return;
  const size_t max_chunk = data[0] == 0 ? SIZE_MAX : data[0];
  const size_t block_bytes = size_t{64} << (data[1] % 8);
  const std::span<const uint8_t> bytes(data + 2, size - 2);
  const Outcome whole = read_all(bytes, SIZE_MAX, size_t{64} << 10);
  if (whole.opened && std::find(formats.begin(), formats.end(), whole.format) == formats.end())
    return;
  require(read_all(bytes, max_chunk, block_bytes) == whole);
}

}  // namespace gophercap::fuzz
