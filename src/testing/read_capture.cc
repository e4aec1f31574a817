#include "testing/read_capture.h"

#include <gtest/gtest.h>

#include <utility>

#include "packet/link_type.h"
#include "testing/memory_source.h"

namespace gophercap::testing {

using capture::PacketBatch;
using capture::ReadStatus;

std::ostream& operator<<(std::ostream& out, const ReadPacket& p) {
  return out << "{time " << p.time_ns << ", captured " << p.data.size() << ", original "
             << p.original << ", interface " << p.interface << ", at " << p.offset_bytes << ", fcs "
             << int{p.fcs_bytes} << ", flags " << int{p.flags} << "}";
}

std::ostream& operator<<(std::ostream& out, const ReadCapture& c) {
  if (c.open_error) return out << "not opened, " << word_of(*c.open_error) << ": " << c.message;
  out << word_of(c.format) << ", " << c.packets.size() << " packets, status "
      << static_cast<int>(c.status) << ", padding " << c.padding_bytes;
  if (c.damage_offset) out << ", damage at " << *c.damage_offset << ": " << c.message;
  for (const ReadPacket& p : c.packets) out << "\n  " << p;
  return out;
}

ReadCapture read_capture(const Bytes& bytes, const HowToRead& how) {
  return read_capture(std::make_unique<MemorySource>(bytes, how.max_chunk),
                      {how.block_bytes, capture_time(how.initial_time_ns)});
}

ReadCapture read_capture(std::unique_ptr<io::ByteSource> source,
                         const capture::ReaderOptions& options) {
  ReadCapture c;
  auto opened = capture::open_capture(std::move(source), options);
  if (!opened) {
    c.open_error = opened.error().code;
    c.message = opened.error().what;
    return c;
  }
  capture::CaptureReader& reader = **opened;
  static PacketBatch batch;  // large
  c.status = reader.read(batch);
  for (; c.status == ReadStatus::kPacket; c.status = reader.read(batch)) {
    EXPECT_TRUE(batch.count > 0 && batch.count <= PacketBatch::kCapacity);
    for (size_t i = 0; i < batch.count; ++i) {
      const packet::PacketView& p = batch.packets[i];
      EXPECT_LT(p.interface, reader.interfaces().size());
      if (p.interface < reader.interfaces().size()) {
        EXPECT_LE(p.captured_bytes,
                  packet::max_captured_bytes(reader.interfaces()[p.interface].link_type));
      }
      EXPECT_LE(p.fcs_bytes, p.captured_bytes);
      EXPECT_TRUE(c.packets.empty() || p.offset_bytes > c.packets.back().offset_bytes);
      c.packets.push_back({ns_of(p.time),
                           {p.data, p.data + p.captured_bytes},
                           p.original_bytes,
                           p.interface,
                           p.offset_bytes,
                           p.fcs_bytes,
                           p.flags});
    }
  }
  EXPECT_EQ(batch.count, 0u);
  EXPECT_EQ(reader.read(batch), c.status) << "the final status changed";
  c.format = reader.format();
  c.sections = reader.sections();
  c.padding_bytes = reader.padding_bytes();
  for (const capture::Interface& interface : reader.interfaces()) {
    c.link_types.push_back(interface.link_type);
    c.snap_lengths.push_back(interface.snap_length);
  }
  EXPECT_EQ(reader.damage().has_value(), c.status != ReadStatus::kEnd);
  if (reader.damage()) {
    c.damage_offset = reader.damage()->offset_bytes;
    c.damage_code = reader.damage()->code;
    c.message = reader.damage()->reason;
  }
  return c;
}

}  // namespace gophercap::testing
