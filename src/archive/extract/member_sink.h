// Writes the pieces of a member to its file, compressed or not.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "archive/extract/output_file.h"
#include "archive/extract/output_guard.h"
#include "archive/tar/member_path.h"
#include "archive/tar/tar_reader.h"
#include "base/result.h"
#include "io/compress/parallel_compressor.h"

namespace gophercap::archive {

// Not thread-safe. Errors come from the file and the guard; kCancelled if a stop is requested while
// a hole is compressed.
class MemberSink {
 public:
  // If `compressor` is null, the bytes are written unchanged. REQUIRES: `compressor` and the guard
  // outlive the sink, and no other sink uses `compressor` meanwhile.
  MemberSink(OutputFile file, io::ParallelCompressor* compressor, OutputGuard& guard,
             uint64_t size_bytes, std::stop_token stop);
  ~MemberSink();
  MemberSink(const MemberSink&) = delete;
  MemberSink& operator=(const MemberSink&) = delete;

  // Refuses a piece (kContradiction) that is beyond the end of the member or before an earlier
  // piece.
  Result<std::optional<Refusal>> put(const Piece& piece);
  // Call after the last piece; the rest of the file is a hole.
  Result<> finish();

  OutputFile& file() noexcept { return file_; }
  uint64_t written_bytes() const noexcept { return written_; }

 private:
  Result<> fill_hole(uint64_t upto);

  OutputFile file_;
  io::ParallelCompressor* compressor_;
  OutputGuard& guard_;
  uint64_t size_bytes_;
  std::stop_token stop_;
  uint64_t position_ = 0;
  uint64_t written_ = 0;
};

}  // namespace gophercap::archive
