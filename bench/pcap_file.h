// Classic pcap files for the bench programs: a whole file in memory, and a writer. They
// deliberately do not use the readers and writers of gophercap, so that both cannot have the same
// faults.
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
  size_t offset = 0;  // of the data in the file
  uint32_t captured = 0;
  uint32_t original = 0;
};

// A pcap file (either resolution, either byte order) in memory. Immutable once loaded, so any
// thread may read it.
class PcapFile {
 public:
  // Fails if the file is not complete and well-formed.
  static Result<PcapFile> load(const std::string& path);

  std::span<const Packet> packets() const noexcept { return packets_; }
  std::span<const uint8_t> data(const Packet& packet) const noexcept {
    return std::span(bytes_).subspan(packet.offset, packet.captured);
  }

 private:
  std::vector<uint8_t> bytes_;
  std::vector<Packet> packets_;
};

// Writes a little-endian Ethernet pcap through a buffer. Not thread-safe. close() returns the first
// error. The file has its final name from the beginning.
class PcapFileWriter {
 public:
  static Result<PcapFileWriter> create(const std::string& path, bool nanos);

  // Returns the place for the `captured` bytes of the packet, valid until the next call. With
  // microseconds the time is rounded down.
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
