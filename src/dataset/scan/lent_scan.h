// Scans a capture whose bytes another reader provides piece by piece.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>

#include "base/mutex.h"
#include "base/thread_group.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::io {
class DecodePool;
}

namespace gophercap::dataset {

// Only one thread may call its methods; the scan runs in its own thread.
class LentScan {
 public:
  // `pool` has helpers for decompression. When a stop is requested through `stop`, a scan ends
  // early, even inside a hole. REQUIRES: `pool` outlives the scan.
  explicit LentScan(io::DecodePool* pool = nullptr, std::stop_token stop = {});
  ~LentScan() = default;
  LentScan(const LentScan&) = delete;
  LentScan& operator=(const LentScan&) = delete;

  // Begins a new capture. Fails if the system refuses the thread. REQUIRES: the previous capture
  // was finished.
  Result<> begin();
  // Passes bytes and their offset, in order; everything between is zeros. The bytes may be
  // overwritten after this returns. REQUIRES: begin() was called.
  void lend(std::span<const uint8_t> bytes, uint64_t offset);
  // Ends the capture without a result, instead of finish().
  void abandon();
  // Ends the capture, which has `size_bytes`. Returns the summary without path, size and time of
  // the file. Rethrows what the scan has thrown.
  FileSummary finish(uint64_t size_bytes);

 private:
  class Source;

  void close() noexcept;
  void run();
  Result<size_t> take(std::span<uint8_t> out);  // called by the scan to read

  Mutex mutex_;
  CondVar changed_;
  bool closing_ GUARDED_BY(mutex_) = false;
  bool scanning_ GUARDED_BY(mutex_) = false;
  bool abandoned_ GUARDED_BY(mutex_) = false;
  bool deaf_ GUARDED_BY(mutex_) = false;  // the scan needs no more bytes
  std::span<const uint8_t> lent_ GUARDED_BY(mutex_);
  uint64_t lent_offset_ GUARDED_BY(mutex_) = 0;
  uint64_t position_ GUARDED_BY(mutex_) = 0;
  std::optional<uint64_t> size_bytes_ GUARDED_BY(mutex_);
  FileSummary summary_ GUARDED_BY(mutex_);
  io::DecodePool* const pool_;
  const std::stop_token stop_;
  bool begun_ = false;
  ThreadGroup thread_{[this] { close(); }};
};

}  // namespace gophercap::dataset
