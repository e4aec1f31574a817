// Makes the dump of the files that tarExtract writes, while it writes them.
#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "archive/tar/tar_reader.h"
#include "base/result.h"
#include "dataset/scan/lent_scan.h"
#include "io/compress/block_compressor.h"
#include "io/file/atomic_file.h"
#include "jobs/outputs.h"

namespace gophercap::jobs {

// The result is the same as that of `map` for the output folder. Not thread-safe.
class ExtractMap {
 public:
  // `compression` applies to files that were not compressed before. REQUIRES: `pool`, which has
  // helpers for decompression, outlives this.
  ExtractMap(std::string out_dir, io::Compression compression, io::DecodePool& pool,
             std::stop_token stop);

  // Called before and after each member, with its pieces in between.
  Result<> begin();
  void piece(const archive::Piece& piece) { scan_.lend(piece.bytes, piece.offset); }
  // `path` is the extracted path below the output folder. `written`: its bytes were passed to
  // piece(); otherwise it existed already or is a link.
  void made(std::string_view path, bool written);
  Result<> end(const archive::Member& member);

  // Reads files whose bytes were not passed and writes `dump`, unless a stop is requested. Fails if
  // one of the files is also one of `outputs`.
  Result<> write(io::AtomicFile dump, const Outputs& outputs, unsigned workers,
                 const std::stop_token& stop);

  // The files found; complete after write().
  dataset::DatasetSummary take_set() noexcept { return std::move(set_); }

 private:
  const io::Compression compression_;
  std::string place_;  // the folder with a trailing slash
  dataset::LentScan scan_;
  dataset::DatasetSummary set_;
  std::vector<std::string> elsewhere_;  // files to be read from disk
  std::string made_;                    // created for this member; empty: nothing
  bool written_ = false;
};

}  // namespace gophercap::jobs
