// One pass over a capture, or over many in parallel.
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

// Written by the scanning threads, read by whoever shows progress. All counters only grow.
class ScanProgress {
 public:
  std::atomic<uint64_t> files_done{0};
  std::atomic<uint64_t> bytes_done{
      0};  // of the files as stored (compressed bytes for compressed ones)
  std::atomic<uint64_t> packets{0};
  // There was no descriptor, or no memory, for a file. That is not damage of the file, and what was
  // scanned is no summary of the set.
  void refuse(Error error) noexcept;
  bool refused() const noexcept { return refused_.load(std::memory_order_relaxed); }
  Result<> result() const;  // what came first of that

 private:
  std::atomic<bool> refused_{false};
  mutable Mutex mutex_;
  std::optional<Error> refusal_ GUARDED_BY(mutex_);
};

// Never fails: what goes wrong is in FileSummary::damage, and what was readable before it is
// counted. `store`, where given, knows the members of tarballs; `pool`: helpers for decompressing.
FileSummary scan_file(const std::string& path, ScanProgress* progress = nullptr,
                      std::stop_token stop = {}, const CaptureStore* store = nullptr,
                      io::DecodePool* pool = nullptr);

// The same of the first `plain_bytes` of a file, decompressed ones.
FileSummary scan_beginning(const std::string& path, uint64_t plain_bytes, ScanProgress& progress,
                           std::stop_token stop = {});

// Scans `paths` with `workers` threads (1 = inline), largest file first; the result is in the order
// of `paths` and does not depend on the number of workers. Workers that have no file of their own
// help to decompress those of the others. Stopped: files that were not scanned to
// the end have damage with code kCancelled. After a shortage no further ones are scanned.
std::vector<FileSummary> scan_files(std::span<const std::string> paths, unsigned workers,
                                    ScanProgress& progress, std::stop_token stop = {},
                                    const CaptureStore* store = nullptr);

// The same of bytes from elsewhere, which may be compressed: all of the summary but path, size and
// time of the file.
FileSummary scan_source(std::unique_ptr<io::ByteSource> raw, ScanProgress* progress = nullptr,
                        std::stop_token stop = {}, io::DecodePool* pool = nullptr);

// The packet loop of scan_file, for a reader that is already open (benchmarks, fuzzing).
void scan_capture(capture::CaptureReader& reader, FileSummary& summary,
                  ScanProgress* progress = nullptr, std::stop_token stop = {});

}  // namespace gophercap::dataset
