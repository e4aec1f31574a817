#include "capture/buffered_output.h"

#include <utility>

namespace gophercap::capture {

BufferedOutput::BufferedOutput(io::AtomicFile file) : file_(std::move(file)) {
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
  Result<> done = file_.commit();
  if (!done) failure_ = done.error();
  return done;
}

Result<> BufferedOutput::write_out(std::span<const uint8_t> bytes) {
  if (failure_) return *failure_;
  if (bytes.empty()) return {};
  Result<> written = file_.write(bytes);
  if (!written) {
    failure_ = written.error();
  } else if (file_.is_direct()) {
    published_bytes_ += bytes.size();
  }
  return written;
}

}  // namespace gophercap::capture
