// Captures that a receiver made, read as one, in the order of arrival.
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

// The packets of one file arrived in its order; several files are merged by time (that of a packet
// being the largest in its file so far), ties in the order in which they were given. A file is held
// open only while its times are reached.
class ReceivedCaptures {
 public:
  // Looks through regular files once, for their snap length in fact and their beginning. Fails if
  // one can't be read as a capture at all or has packets without an Ethernet header (kUnsupported).
  // REQUIRES: `pool`, whose helpers decompress, outlives it.
  static Result<ReceivedCaptures> open(const std::vector<std::string>& paths, io::DecodePool& pool,
                                       const std::stop_token& stop);
  ReceivedCaptures(ReceivedCaptures&&) noexcept;
  ReceivedCaptures& operator=(ReceivedCaptures&&) = delete;
  ~ReceivedCaptures();

  // Of every frame that much was captured; UINT32_MAX = all of it.
  uint32_t compared_bytes() const noexcept { return compared_bytes_; }

  // Hands over every frame, once. `take` returns false to end it. Fails if a frame of a pipe is
  // shorter than what its header promised, or of another link type.
  using Take = std::function<bool(const ReceivedFrame&)>;
  Result<> read(const Take& take, const std::stop_token& stop);

  // After read().
  uint64_t packets() const noexcept { return packets_; }
  uint64_t packets_without_time() const noexcept { return packets_without_time_; }
  const std::vector<replay::DamagedFile>& damaged() const noexcept { return damaged_; }

 private:
  struct File;
  ReceivedCaptures(std::vector<std::unique_ptr<File>> files, io::DecodePool& pool);
  // To its next packet; false = it has no more.
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
