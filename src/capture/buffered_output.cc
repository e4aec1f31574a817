#include "capture/buffered_output.h"

#include <utility>

namespace gophercap::capture {

BufferedOutput::BufferedOutput(std::unique_ptr<io::ByteSink> sink) : sink_(std::move(sink)) {
  block_.reserve(kBlockBytes);
}

Result<> BufferedOutput::append(std::span<const uint8_t> bytes) {
  if (bytes.size() > kBlockBytes - block_.size()) {
    TRY_VOID(flush());
    if (bytes.size() >= kBlockBytes) return write_out(bytes);
  }
  block_.insert(block_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<> BufferedOutput::flush() {
  TRY_VOID(write_out(block_));
  block_.clear();
  return {};
}

Result<> BufferedOutput::commit() {
  TRY_VOID(flush());
  Result<> done = sink_->commit();
  if (!done) failure_ = done.error();
  return done;
}

Result<> BufferedOutput::write_out(std::span<const uint8_t> bytes) {
  if (failure_) return *failure_;
  if (bytes.empty()) return {};
  Result<> written = sink_->write(bytes);
  if (!written) {
    failure_ = written.error();
  } else {
    passed_on_ += bytes.size();
  }
  return written;
}

}  // namespace gophercap::capture
