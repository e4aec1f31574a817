#include "bench/pcap_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/bytes.h"

namespace gophercap::bench {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr uint32_t kMaxCaptured = 256 * 1024;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

Result<std::vector<uint8_t>> read_file(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno_error(errno, path);
  struct stat status {};
  if (::fstat(fd.value(), &status) != 0) return errno_error(errno, path);
  std::vector<uint8_t> bytes(static_cast<size_t>(status.st_size));
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = ::read(fd.value(), bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, path);
    if (n == 0) break;
    have += static_cast<size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

Error corrupt(const std::string& path, size_t offset, const char* what) {
  return Error{Errc::kCorrupt, 0, fmt::format("{}: byte {}: {}", path, offset, what)};
}

}  // namespace

Result<PcapFile> PcapFile::load(const std::string& path) {
  PcapFile capture;
  TRY(capture.bytes_, read_file(path));
  const std::vector<uint8_t>& bytes = capture.bytes_;
  if (bytes.size() < kFileHeaderBytes) return corrupt(path, 0, "too short for a pcap file");
  const uint32_t magic = load_le32(bytes.data());
  const bool big = magic == byte_swap(kMagicMicros) || magic == byte_swap(kMagicNanos);
  const ByteOrder order{big};
  const uint32_t seen = order.load32(bytes.data());
  if (seen != kMagicMicros && seen != kMagicNanos) return corrupt(path, 0, "not a pcap file");
  const int64_t fraction_ns = seen == kMagicNanos ? 1 : 1000;

  for (size_t at = kFileHeaderBytes; at < bytes.size();) {
    if (bytes.size() - at < kRecordHeaderBytes) return corrupt(path, at, "record header is cut");
    const uint8_t* header = bytes.data() + at;
    Packet packet;
    packet.time_ns =
        order.load32(header) * kNanosPerSecond + order.load32(header + 4) * fraction_ns;
    packet.offset = at + kRecordHeaderBytes;
    packet.captured = order.load32(header + 8);
    packet.original = order.load32(header + 12);
    if (packet.captured > kMaxCaptured) return corrupt(path, at, "captured length above 256 KiB");
    if (packet.captured > bytes.size() - packet.offset) return corrupt(path, at, "packet is cut");
    capture.packets_.push_back(packet);
    at = packet.offset + packet.captured;
  }
  return capture;
}

PcapFileWriter::PcapFileWriter(Fd fd, std::string path, bool nanos)
    : fd_(std::move(fd)), path_(std::move(path)), nanos_(nanos), buffer_(kBufferBytes) {}

Result<PcapFileWriter> PcapFileWriter::create(const std::string& path, bool nanos) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return errno_error(errno, path);
  PcapFileWriter writer(std::move(fd), path, nanos);
  uint8_t* header = writer.buffer_.data();
  store_le<uint32_t>(header, nanos ? kMagicNanos : kMagicMicros);
  store_le<uint16_t>(header + 4, 2);
  store_le<uint16_t>(header + 6, 4);
  store_le<uint32_t>(header + 16, kMaxCaptured);
  store_le<uint32_t>(header + 20, 1);  // Ethernet
  writer.used_ = kFileHeaderBytes;
  return writer;
}

std::span<uint8_t> PcapFileWriter::add(int64_t time_ns, uint32_t captured, uint32_t original) {
  const size_t need = kRecordHeaderBytes + captured;
  if (need > buffer_.size() - used_) drain();
  uint8_t* header = buffer_.data() + used_;
  const int64_t fraction = time_ns % kNanosPerSecond;
  store_le(header, static_cast<uint32_t>(time_ns / kNanosPerSecond));
  store_le(header + 4, static_cast<uint32_t>(nanos_ ? fraction : fraction / 1000));
  store_le(header + 8, captured);
  store_le(header + 12, original);
  used_ += need;
  return {header + kRecordHeaderBytes, captured};
}

void PcapFileWriter::drain() {
  size_t done = 0;
  while (done < used_ && error_ == 0) {
    const ssize_t n = ::write(fd_.value(), buffer_.data() + done, used_ - done);
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  written_bytes_ += used_;
  used_ = 0;
}

Result<> PcapFileWriter::close() {
  drain();
  if (::close(fd_.release()) != 0 && error_ == 0) error_ = errno;
  if (error_ != 0) return errno_error(error_, path_);
  return {};
}

}  // namespace gophercap::bench
