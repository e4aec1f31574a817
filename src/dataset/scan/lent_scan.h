// Scans a capture whose bytes somebody else reads, and lends piece by piece.
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

// Its methods are for one thread; the scan has one of its own.
class LentScan {
 public:
  // `pool`: helpers for decompressing. REQUIRES: it outlives the scan.
  // Once `stop` is asked for, a scan ends early, holes included.
  explicit LentScan(io::DecodePool* pool = nullptr, std::stop_token stop = {});
  ~LentScan() = default;
  LentScan(const LentScan&) = delete;
  LentScan& operator=(const LentScan&) = delete;

  // A new capture. Fails if the system refuses the thread. REQUIRES: the one before was finished.
  Result<> begin();
  // Bytes and where they belong, in order; zeros are what lies between. They may change as soon as
  // this returns. REQUIRES: begin() was called.
  void lend(std::span<const uint8_t> bytes, uint64_t offset);
  // Instead of finish() where nobody wants to know.
  void abandon();
  // The capture has that many bytes. All of its summary but path, size and time of the file. What
  // the scan threw is thrown here.
  FileSummary finish(uint64_t size_bytes);

 private:
  class Source;

  void close() noexcept;
  void run();
  Result<size_t> take(std::span<uint8_t> out);  // what the scan reads

  Mutex mutex_;
  CondVar changed_;
  bool closing_ GUARDED_BY(mutex_) = false;
  bool scanning_ GUARDED_BY(mutex_) = false;
  bool abandoned_ GUARDED_BY(mutex_) = false;
  bool deaf_ GUARDED_BY(mutex_) = false;  // the scan wants no more
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
