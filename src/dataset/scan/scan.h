// Scans captures: one pass over a file, or over many in parallel.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "capture/capture_reader.h"
#include "dataset/scan/file_summary.h"
#include "io/byte_source.h"

namespace gophercap::io {
class DecodePool;
}

namespace gophercap::dataset {

class CaptureStore;

// Written by the scanning threads and read to show progress. All counters only increase.
class ScanProgress {
 public:
  std::atomic<uint64_t> files_done{0};
  std::atomic<uint64_t> bytes_done{
      0};  // stored bytes of the files (compressed bytes of compressed files)
  std::atomic<uint64_t> packets{0};
  // Reports that a file could not be scanned for lack of descriptors or memory. The file is not
  // damaged, but the result does not cover the whole set.
  void refuse(Error error) noexcept;
  bool refused() const noexcept { return refused_.load(std::memory_order_relaxed); }
  Result<> result() const;  // the first such error

 private:
  std::atomic<bool> refused_{false};
  mutable Mutex mutex_;
  std::optional<Error> refusal_ GUARDED_BY(mutex_);
};

// Never fails: errors are stored in FileSummary::damage, and packets before them are counted.
// `store`, if not null, opens members of tarballs; `pool` has helpers for decompression.
FileSummary scan_file(const std::string& path, ScanProgress* progress = nullptr,
                      std::stop_token stop = {}, const CaptureStore* store = nullptr,
                      io::DecodePool* pool = nullptr);

// Scans only the first `plain_bytes` of the decompressed file.
FileSummary scan_beginning(const std::string& path, uint64_t plain_bytes, ScanProgress& progress,
                           std::stop_token stop = {});

// Scans `paths` with `workers` threads (1: inline), the largest file first. The result is in the
// order of `paths` and does not depend on the number of workers. Workers without a file help to
// decompress those of others. After a stop request, files that were not scanned to their end have
// damage with the code kCancelled. After a lack of memory or descriptors, no further files are
// scanned.
std::vector<FileSummary> scan_files(std::span<const std::string> paths, unsigned workers,
                                    ScanProgress& progress, std::stop_token stop = {},
                                    const CaptureStore* store = nullptr);

// Scans bytes from another source, possibly compressed. Returns the summary without path, size and
// time of the file.
FileSummary scan_source(std::unique_ptr<io::ByteSource> raw, ScanProgress* progress = nullptr,
                        std::stop_token stop = {}, io::DecodePool* pool = nullptr);

// The packet loop of scan_file(), for a reader that is already open (benchmarks, fuzzing).
void scan_capture(capture::CaptureReader& reader, FileSummary& summary,
                  ScanProgress* progress = nullptr, std::stop_token stop = {});

}  // namespace gophercap::dataset
