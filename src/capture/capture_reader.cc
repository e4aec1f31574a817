#include "capture/capture_reader.h"

#include <algorithm>
#include <span>
#include <utility>

#include "capture/erf_reader.h"
#include "capture/parser.h"
#include "capture/pcap_reader.h"
#include "capture/pcapng_reader.h"
#include "capture/snoop_reader.h"
#include "io/codec/foreign_format.h"

namespace gophercap::capture {

bool is_refusal(Errc code) noexcept {
  switch (code) {
    case Errc::kIo:
    case Errc::kNotFound:
    case Errc::kPermission:
    case Errc::kNoSpace:
    case Errc::kNoMemory:
    case Errc::kMemoryBound:
      return true;
    default:
      return false;
  }
}

Damage damage_at(uint64_t offset_bytes, const Error& error) {
  return {offset_bytes, error.code, error.what, error.cause};
}

Damage unopened(std::string_view path, const Error& error) {
  return {0, error.code, std::string(error.what_without(path)), error.cause};
}

Result<> check_memory(const std::optional<Damage>& damage, std::string_view path) {
  if (damage && damage->code == Errc::kNoMemory) return out_of_memory(path);
  return {};
}

ReadStatus ReaderState::cut_at(uint64_t offset_bytes, std::string what) {
  if (buffer.error()) {
    const Error& error = *buffer.error();
    damage = damage_at(offset_bytes, error);
    if (error.code == Errc::kTruncated) return ReadStatus::kTruncated;
    return error.code == Errc::kCorrupt || error.code == Errc::kUnsupported ? ReadStatus::kCorrupt
                                                                            : ReadStatus::kFailed;
  }
  damage = Damage{offset_bytes, Errc::kTruncated,
                  std::move(what) + " is cut off by the end of the file"};
  return ReadStatus::kTruncated;
}

ReadStatus ReaderState::corrupt_at(uint64_t offset_bytes, std::string reason, Errc code) {
  damage = Damage{offset_bytes, code, std::move(reason)};
  return ReadStatus::kCorrupt;
}

ReadStatus ReaderState::end() {
  return buffer.error() ? cut_at(buffer.offset_bytes(), {}) : ReadStatus::kEnd;
}

CaptureReader::CaptureReader(std::unique_ptr<ReaderState> state, std::unique_ptr<Parser> parser)
    : state_(std::move(state)), parser_(std::move(parser)) {}
CaptureReader::~CaptureReader() = default;

ReadStatus CaptureReader::read(PacketBatch& batch) {
  batch.count = 0;
  if (final_ != ReadStatus::kPacket) return final_;
  const ReadStatus status = parser_->parse(*state_, batch);
  if (status == ReadStatus::kPacket) {
    state_->packets += batch.count;
  } else {
    final_ = status;
  }
  return status;
}

Format CaptureReader::format() const noexcept {
  return parser_->format();
}
const std::vector<Interface>& CaptureReader::interfaces() const noexcept {
  return state_->interfaces;
}
uint32_t CaptureReader::sections() const noexcept {
  return state_->sections;
}
const std::optional<Damage>& CaptureReader::damage() const noexcept {
  return state_->damage;
}
uint64_t CaptureReader::padding_bytes() const noexcept {
  return state_->padding_bytes;
}
uint64_t CaptureReader::plain_bytes() const noexcept {
  return state_->buffer.bytes_read();
}

Result<std::unique_ptr<CaptureReader>> open_capture(std::unique_ptr<io::ByteSource> source,
                                                    const ReaderOptions& options) {
  auto state = std::make_unique<ReaderState>(std::move(source), options);
  RecordBuffer& buffer = state->buffer;
  (void)buffer.ensure(32);  // enough for every magic; shorter files are handled below
  if (buffer.error() && buffer.size() == 0) return *buffer.error();
  if (buffer.size() == 0) return Error{Errc::kTruncated, 0, "the file is empty"};

  Result<std::unique_ptr<Parser>> parser = Error{Errc::kInternal, 0, {}};
  if (is_pcap(buffer)) {
    parser = open_pcap(*state);
  } else if (is_pcapng(buffer)) {
    parser = open_pcapng(*state);
  } else if (is_snoop(buffer)) {
    parser = open_snoop(*state);
  } else if (is_erf(buffer)) {
    parser = open_erf(*state);
  } else if (buffer.error()) {
    return *buffer.error();
  } else if (buffer.size() < 4) {
    return Error{Errc::kTruncated, 0, "the file ends inside its first four bytes"};
  } else {
    (void)buffer.ensure(io::kForeignBytes);  // or as many as there are
    const size_t size = std::min(buffer.size(), io::kForeignBytes);
    return Error{Errc::kUnsupported, 0,
                 io::refusal_of(std::span(buffer.data(), size), "a capture file")};
  }
  if (!parser) return std::move(parser).error();
  return std::make_unique<CaptureReader>(std::move(state), *std::move(parser));
}

}  // namespace gophercap::capture
