#include "replay/send/file_transmitter.h"

#include <cerrno>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/shortage.h"
#include "replay/send/publication.h"

namespace gophercap::replay {
namespace {

class FileTransmitter final : public transmit::Transmitter {
 public:
  FileTransmitter(std::unique_ptr<capture::CaptureWriter> writer, std::string path)
      : writer_(std::move(writer)), path_(std::move(path)) {}

  transmit::SendOutcome send(std::span<const transmit::Frame> frames) noexcept override {
    for (size_t i = 0; i < frames.size(); ++i) {
      Result<> written = or_out_of_memory(path_, [&] { return write(frames[i]); });
      publication_.published(writer_->published_bytes());  // at least everything before this frame
      if (written) {
        publication_.written(writer_->written_bytes(), frames[i].captured_bytes);
        continue;
      }
      const Error& error = written.error();
      if (error.code == Errc::kInvalidArgument) {  // only this packet cannot be written
        if (refusal_.empty()) refusal_ = std::move(written).error().what;
        return {i, EINVAL};
      }
      const int sys = error.sys != 0 ? error.sys : EIO;
      const bool stopped = error.code == Errc::kCancelled;
      if (!failure_) failure_ = std::move(written).error();
      return {i, stopped ? EINTR : sys};  // the run is ended by the stop request
    }
    return {frames.size(), 0};
  }

  Result<> finish() override {
    if (failure_) return *failure_;
    Result<> closed = or_out_of_memory(path_, [&] { return writer_->close(); });
    publication_.published(writer_->published_bytes());
    return closed;
  }

  size_t preferred_batch() const noexcept override { return 256; }
  transmit::FrameLimits limits() const noexcept override { return kRecordingLimits; }
  // Frames were written to a file that does not exist under its name yet, and never will after a
  // failure.
  transmit::Unconfirmed unconfirmed() const noexcept override { return publication_.missing(); }
  std::string refusal() const override { return refusal_; }
  std::string describe() const override {
    return path_ == "-" ? "standard output" : "file " + path_;
  }

 private:
  Result<> write(const transmit::Frame& f) {
    return writer_->write({.time = f.stamp,
                           .data = {f.data, f.captured_bytes},
                           .original_bytes = f.original_bytes,
                           .link_type = f.link_type});
  }

  std::unique_ptr<capture::CaptureWriter> writer_;
  std::string path_;
  std::optional<Error> failure_;
  std::string refusal_;
  Publication publication_;
};

class DiscardingTransmitter final : public transmit::Transmitter {
 public:
  transmit::SendOutcome send(std::span<const transmit::Frame> frames) noexcept override {
    return {frames.size(), 0};
  }
  Result<> finish() override { return {}; }
  size_t preferred_batch() const noexcept override { return 256; }
  transmit::FrameLimits limits() const noexcept override { return {}; }
  std::string describe() const override { return "nowhere (discarded)"; }
};

}  // namespace

std::unique_ptr<transmit::Transmitter> make_discarding_transmitter() {
  return std::make_unique<DiscardingTransmitter>();
}

Result<std::unique_ptr<transmit::Transmitter>> open_file_transmitter(
    const std::string& path, const capture::WriterOptions& options,
    const io::OutputOptions& output) {
  TRY(std::unique_ptr<io::ByteSink> sink, io::open_output(path, output));
  TRY(auto writer, capture::CaptureWriter::create(std::move(sink), options));
  return std::unique_ptr<transmit::Transmitter>(
      std::make_unique<FileTransmitter>(std::move(writer), path));
}

}  // namespace gophercap::replay
