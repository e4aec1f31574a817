// Classic pcap files for the bench programs: a whole file in memory, and a writer. Deliberately not
// the product's readers and writers: what measures must not share the faults of what is measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::bench {

inline constexpr size_t kFileHeaderBytes = 24;
inline constexpr size_t kRecordHeaderBytes = 16;
inline constexpr uint32_t kMagicMicros = 0xa1b2c3d4;
inline constexpr uint32_t kMagicNanos = 0xa1b23c4d;

struct Packet {
  int64_t time_ns = 0;
  size_t offset = 0;  // of the data, in the file
  uint32_t captured = 0;
  uint32_t original = 0;
};

// A pcap file (either resolution, either byte order) in memory. Passive once loaded: may be read by
// any thread.
class PcapFile {
 public:
  // Fails on anything that is not a whole, well-formed file.
  static Result<PcapFile> load(const std::string& path);

  std::span<const Packet> packets() const noexcept { return packets_; }
  std::span<const uint8_t> data(const Packet& packet) const noexcept {
    return std::span(bytes_).subspan(packet.offset, packet.captured);
  }

 private:
  std::vector<uint8_t> bytes_;
  std::vector<Packet> packets_;
};

// Writes a little-endian Ethernet pcap through one buffer. Not thread-safe. An error of the system
// is kept and shown by close(); the file stands under its name from the beginning.
class PcapFileWriter {
 public:
  static Result<PcapFileWriter> create(const std::string& path, bool nanos);

  // The place for the packet's `captured` bytes, valid until the next call. With microseconds the
  // time is floored.
  std::span<uint8_t> add(int64_t time_ns, uint32_t captured, uint32_t original);
  uint64_t size_bytes() const noexcept { return written_bytes_ + used_; }
  Result<> close();

 private:
  PcapFileWriter(Fd fd, std::string path, bool nanos);
  void drain();

  Fd fd_;
  std::string path_;
  bool nanos_;
  int error_ = 0;
  uint64_t written_bytes_ = 0;
  size_t used_ = 0;
  std::vector<uint8_t> buffer_;
};

}  // namespace gophercap::bench
