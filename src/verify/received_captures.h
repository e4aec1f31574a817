// Reads the captures of a receiver as one, in the order of arrival.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "capture/capture_reader.h"
#include "replay/report.h"
#include "verify/arrivals.h"

namespace gophercap::io {
class DecodePool;
}

namespace gophercap::verify {

// The packets of one file arrived in file order. Several files are merged by time (the largest time
// in the file up to the packet); equal times in the order in which the files were given. A file is
// open only while its time range is reached.
class ReceivedCaptures {
 public:
  // Reads regular files once to find the real snap length and the beginning. Fails if one cannot be
  // read as a capture, or has packets without an Ethernet header (kUnsupported). REQUIRES: `pool`,
  // which has helpers for decompression, outlives it.
  static Result<ReceivedCaptures> open(const std::vector<std::string>& paths, io::DecodePool& pool,
                                       const std::stop_token& stop);
  ReceivedCaptures(ReceivedCaptures&&) noexcept;
  ReceivedCaptures& operator=(ReceivedCaptures&&) = delete;
  ~ReceivedCaptures();

  // Every frame was captured up to this length; UINT32_MAX means completely.
  uint32_t compared_bytes() const noexcept { return compared_bytes_; }

  // Passes every frame to `take` once, until it returns false. Fails if a frame of a pipe is
  // shorter than its header has promised, or has another link type.
  using Take = std::function<bool(const ReceivedFrame&)>;
  Result<> read(const Take& take, const std::stop_token& stop);

  // After read().
  uint64_t packets() const noexcept { return packets_; }
  uint64_t packets_without_time() const noexcept { return packets_without_time_; }
  const std::vector<replay::DamagedFile>& damaged() const noexcept { return damaged_; }

 private:
  struct File;
  ReceivedCaptures(std::vector<std::unique_ptr<File>> files, io::DecodePool& pool);
  // Goes to the next packet of the file. Returns false if there is none.
  Result<bool> advance(File& file, const std::stop_token& stop);
  Result<> check(const File& file) const;

  io::DecodePool& pool_;
  std::vector<std::unique_ptr<File>> files_;
  uint32_t compared_bytes_ = UINT32_MAX;
  uint64_t packets_ = 0;
  uint64_t packets_without_time_ = 0;
  std::vector<replay::DamagedFile> damaged_;
};

}  // namespace gophercap::verify
