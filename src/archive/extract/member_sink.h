// Takes the pieces of a member to its file, as they are or compressed.
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

// Not thread-safe. Errors: those of the file and of the guard, kCancelled while a hole is
// compressed.
class MemberSink {
 public:
  // `compressor` null: as they are. REQUIRES: it outlives the sink and serves no other meanwhile,
  // and so does the guard.
  MemberSink(OutputFile file, io::ParallelCompressor* compressor, OutputGuard& guard,
             uint64_t size_bytes, std::stop_token stop);
  ~MemberSink();
  MemberSink(const MemberSink&) = delete;
  MemberSink& operator=(const MemberSink&) = delete;

  // A refusal (kContradiction): the piece is behind the member's end, or before one that came
  // before it.
  Result<std::optional<Refusal>> put(const Piece& piece);
  // All pieces have come: what follows the last one is a hole.
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
